"""Tell which kinds of title are filed by a dossier: a rank starts when every legal piece is in."""

from __future__ import annotations

from cadastre.errors import Blocked
from cadastre.rules.catalogue import Catalogue, Service


def service_to_file(catalogue: Catalogue | None, kind: str) -> Service | None:
    """Give the service whose dossier files a kind of title.

    None where the country has no catalogue, or where the service of that kind asks for no piece:
    then a perimeter alone is a whole application.
    """
    if catalogue is None:
        return None
    return next(
        (
            service
            for service in catalogue
            if service.outcome.type == "title"
            and service.outcome.kind == kind
            and any(piece.required for piece in service.pieces)
        ),
        None,
    )


def ensure_filed_alone(catalogue: Catalogue | None, kind: str) -> None:
    """Refuse to give a rank to a perimeter without the pieces that the law wants with it.

    Raises
    ------
    Blocked
        ``filing.by-dossier``, with the service to ask for.
    """
    service = service_to_file(catalogue, kind)
    if service is not None:
        raise Blocked("filing.by-dossier", where="kind", service=service.title, page=service.id)
