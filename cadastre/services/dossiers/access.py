"""Give a dossier, and what permissions need to know of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Assignment, Dossier, DossierStanding
from cadastre.rules.permissions import Actor, DossierRef, can_read_dossier, ensure

DRAFT = "draft"
BODY = "body:"
UNITS = "units"  # where a lodgement lies: codes of regions, prefectures, communes


def dossier_named(session: Session, number: str, *, lock: bool = False) -> Dossier:
    """Give a dossier of the catalogue by its number.

    Raises
    ------
    NotFound
        ``dossiers.none``.
    """
    query = select(Dossier).where(
        Dossier.number == number, Dossier.catalogue_sha256.is_not(None)
    )
    if lock:
        query = query.with_for_update(of=Dossier, key_share=True)
        query = query.execution_options(populate_existing=True)
    dossier = session.scalar(query)
    if dossier is None:
        raise NotFound("dossiers.none", where=number)
    return dossier


def readable(session: Session, number: str, actor: Actor, *, lock: bool = False) -> Dossier:
    """Give a dossier to who may read it.

    Raises
    ------
    NotFound
        There is none, or it is none of the actor's business: numbers are not probed.
    """
    dossier = dossier_named(session, number, lock=lock)
    if not can_read_dossier(actor, ref_of(session, dossier)):
        ensure(actor.is_known, actor)
        raise NotFound("dossiers.none", where=number)
    return dossier


def ref_of(session: Session, dossier: Dossier) -> DossierRef:
    """Give what permissions need to know of a dossier, from its latest standing."""
    standing = session.get(DossierStanding, dossier.id)
    asked = {
        step.facts["body"] for step in dossier.steps if step.kind == "request-opinion"
    }
    return DossierRef(
        party_id=dossier.party_id,
        opened_by=dossier.account_id,
        opened_at_counter=dossier.clerk_id is not None,
        clerk_id=dossier.clerk_id,
        assigned_to=assigned_to(session, dossier),
        areas=frozenset({dossier.office} if dossier.office else ()),
        sector=dossier.sector,
        asked_bodies=frozenset(asked),
        units=_units(dossier),
        proposed_by=_proposed_by(dossier),
        is_draft=standing is None or standing.state == DRAFT,
    )


def _units(dossier: Dossier) -> frozenset[str]:
    """Give where the dossier lies, as its last lodgement or completion tells."""
    told = (step.facts[UNITS] for step in reversed(dossier.steps) if UNITS in step.facts)
    return frozenset(next(told, ()))


def assigned_to(session: Session, dossier: Dossier) -> int | None:
    """Give the account that carries a dossier now."""
    return session.scalar(
        select(Assignment.account_id).where(
            Assignment.dossier_id == dossier.id, Assignment.ends_at.is_(None)
        )
    )


def _proposed_by(dossier: Dossier) -> int | None:
    """Give who made the proposal that waits for a second person."""
    for step in reversed(dossier.steps):
        if step.kind in ("propose-grant", "propose-refusal"):
            return step.account_id
        if step.kind in ("confirm", "send-back"):
            return None
    return None
