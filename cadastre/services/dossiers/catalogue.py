"""Keep the rules a dossier starts under, and give them back for as long as it lives."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import CatalogueEntry, Dossier
from cadastre.procedures.machine import Procedure
from cadastre.rules.catalogue import Service, fingerprint, service_from, snapshot
from cadastre.rules.ruleset import Ruleset

MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Rules:
    """The service asked for and the procedure that leads to it, as they stood."""

    service: Service
    procedure: Procedure


def keep_rules(session: Session, ruleset: Ruleset, rules: Rules) -> str:
    """Keep a service and its procedure as they stand; give the SHA-256 that names them."""
    content = snapshot(rules.service, rules.procedure.as_json())
    digest = fingerprint(content)
    if session.get(CatalogueEntry, digest) is None:
        session.add(
            CatalogueEntry(
                sha256=digest, ruleset=ruleset.id, service=rules.service.id, content=content
            )
        )
        session.flush()
    return digest


def rules_of(session: Session, dossier: Dossier) -> Rules:
    """Give the rules a dossier started under.

    Raises
    ------
    NotFound
        ``dossiers.none``: it is not a dossier of the catalogue.
    """
    if dossier.catalogue_sha256 is None:
        raise NotFound("dossiers.none", where=dossier.number)
    return rules_named(session, dossier.catalogue_sha256)


def rules_named(session: Session, digest: str) -> Rules:
    """Give the rules that a SHA-256 names, which a list has at hand without its dossiers."""
    kept = _KEPT.get(digest)
    if kept is None:
        content = session.get_one(CatalogueEntry, digest).content
        kept = Rules(service_from(content), Procedure.from_json(content["procedure"]))
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[digest] = kept
    return kept


# What a hash names never changes: read once a process.
_KEPT: dict[str, Rules] = {}
