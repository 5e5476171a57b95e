"""The pieces of a dossier: what is asked, what was sent, what each file is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.again import tried_again
from api.dossiers.documents import upload_of_request
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.errors import CadastreError
from cadastre.exchange.pieces.media import LARGEST_PIECE_BYTES, SHOWN_IN_PAGE
from cadastre.queries.choosing import sizes_of
from cadastre.rules.catalogue.pieces import media_types
from cadastre.services.dossiers.documents import attach, lodged_documents, take_back
from web.views.dossiers.common import Desk, opened
from web.views.told import Refused, refused

pages = Blueprint("dossier_pieces", __name__)


@pages.get("/dossiers/<number>/pieces")
@open_to(Access.PERSON)
def show(number: str) -> Any:
    """List the pieces asked for, each with what was sent for it."""
    desk = opened(number)
    if not desk.is_writable:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    return _page(desk)


@pages.post("/dossiers/<number>/pieces")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def send(number: str) -> Any:
    """Keep a file for a piece; one that replaces another takes it back."""
    desk = opened(number, lock=True)
    piece = request.form.get("piece", "")
    try:
        desk.service.piece(piece)
        attach(
            db_session(), desk.dossier, desk.actor, upload_of_request(),
            scanner=state().settings.scanner,
        )  # fmt: skip
        replaced = request.form.get("replaces", "")
        if replaced.isascii() and replaced.isdigit() and len(replaced) < 16:
            take_back(db_session(), desk.dossier, desk.actor, int(replaced))
    except CadastreError as error:
        return _again(desk, error, piece)
    return redirect(
        url_for("dossier_pieces.show", number=number, _anchor=f"piece-{piece}"), 303
    )


@pages.post("/dossiers/<number>/pieces/<int:document_id>/removal")
@open_to(Access.PERSON)
@tried_again
def remove(number: str, document_id: int) -> Any:
    """Take a file back."""
    desk = opened(number, lock=True)
    try:
        document = take_back(db_session(), desk.dossier, desk.actor, document_id)
    except CadastreError as error:
        return _again(desk, error, "")
    anchor = f"piece-{document.piece}" if document.piece else "main"
    return redirect(url_for("dossier_pieces.show", number=number, _anchor=anchor), 303)


def _again(desk: Desk, error: CadastreError, piece: str) -> tuple[str, int]:
    """Show the pieces again with the reason beside the one it is about."""
    db_session().rollback()
    told = refused(error, current_language())
    known = any(one.id == piece for one in desk.service.pieces)
    trouble = Refused(told.message, told.reasons, f"piece-{piece}" if known else None)
    return _page(opened(desk.number), trouble), error.http_status


def _page(desk: Desk, trouble: Refused | None = None) -> str:
    language = current_language()
    documents = [one for one in desk.dossier.documents if one.withdrawn_at is None]
    lodged = lodged_documents(db_session(), desk.dossier)
    place, of = desk.place("pieces")
    asked = [
        {
            "id": piece.id,
            "name": piece.name[language],
            "help": piece.help[language] if piece.help else None,
            "required": piece.required,
            "evidence": piece.evidence.value,
            "accepts": piece.accepts,
            "media_types": ",".join(media_types(piece)),
            "sent": [one for one in documents if one.piece == piece.id],
        }
        for piece in desk.pieces
    ]
    return render_template(
        "dossiers/pieces.html", desk=desk, pieces=asked, trouble=trouble, place=place, of=of,
        sizes=sizes_of(db_session(), {one.sha256 for one in documents if one.sha256}),
        lodged=lodged, most=LARGEST_PIECE_BYTES, shown=SHOWN_IN_PAGE,
        mine={one.id for one in documents if one.account_id == desk.actor.account_id},
        back=desk.before("pieces"), onward=desk.after("pieces"), left=len(desk.missing),
        note=desk.service.pieces_note[language] if desk.service.pieces_note else None,
    )  # fmt: skip
