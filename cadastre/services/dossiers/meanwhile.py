"""Tell what others did in a dossier since somebody opened it: announced, never written over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Dossier, JournalEntry

# Looking changes nothing, and a message needs no second thought.
QUIET = ("dossier.read-document", "dossier.message")


def mark_of(session: Session, dossier: Dossier) -> int:
    """Give a mark of what has been done in a dossier so far: it grows with everything done."""
    found = session.scalar(
        select(func.max(JournalEntry.id)).where(
            JournalEntry.subject == "dossier",
            JournalEntry.subject_id == dossier.number,
            JournalEntry.action.not_in(QUIET),
        )
    )
    return found or 0


def done_since(
    session: Session, dossier: Dossier, mark: int, account_id: int | None
) -> Sequence[JournalEntry]:
    """List what was done after a mark by anybody but the account that asks, oldest first."""
    return session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "dossier",
            JournalEntry.subject_id == dossier.number,
            JournalEntry.id > mark,
            JournalEntry.action.not_in(QUIET),
            JournalEntry.account_id.is_distinct_from(account_id),
        )
        .order_by(JournalEntry.id)
    ).all()
