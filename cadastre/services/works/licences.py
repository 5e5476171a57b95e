"""Attach dossiers to works: the licences and authorisations by which they are built and run."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Dossier, JournalEntry, Work, WorkDossier
from cadastre.rules.permissions import Actor, can_keep_works, can_read_dossier, ensure
from cadastre.services.dossiers.access import ref_of


def attach_dossier(session: Session, work: Work, number: str, actor: Actor) -> None:
    """Attach a dossier to a work; attached twice is attached once.

    Raises
    ------
    NotFound
        ``works.no-dossier``: none of that number that this agent may read.
    """
    ensure(can_keep_works(actor), actor)
    dossier = session.scalar(select(Dossier).where(Dossier.number == number.strip().upper()))
    if dossier is None or not can_read_dossier(actor, ref_of(session, dossier)):
        raise NotFound("works.no-dossier", where="dossier", given=number[:40])
    if session.get(WorkDossier, (work.id, dossier.id)) is not None:
        return
    session.add(
        WorkDossier(work_id=work.id, dossier_id=dossier.id, account_id=actor.account_id)
    )
    _journal(session, work, "attach", dossier, actor)


def detach_dossier(session: Session, work: Work, number: str, actor: Actor) -> None:
    """Take away what was attached by mistake; the journal keeps that it was."""
    ensure(can_keep_works(actor), actor)
    dossier = session.scalar(select(Dossier).where(Dossier.number == number))
    kept = None if dossier is None else session.get(WorkDossier, (work.id, dossier.id))
    if dossier is None or kept is None:
        raise NotFound("works.no-dossier", where="dossier", given=number[:40])
    session.delete(kept)
    _journal(session, work, "detach", dossier, actor)


def _journal(session: Session, work: Work, done: str, dossier: Dossier, actor: Actor) -> None:
    session.add(
        JournalEntry(
            account_id=actor.account_id, action=f"work.{done}", subject="work",
            subject_id=work.code, facts={"dossier": dossier.number},
        )
    )  # fmt: skip
    session.flush()
