"""Take the demonstration's rights out, with whatever later came to hang on them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from cadastre.models import (
    Application,
    Base,
    Document,
    Dossier,
    JournalEntry,
    Party,
    Title,
    Work,
    Zone,
)

KEPT = (JournalEntry.__tablename__,)  # history is never removed


def clear_register(session: Session) -> dict[str, int]:
    """Remove demonstration rights with their ground and dossiers, what was filed there included."""
    counts = {}
    told = _leave_told_dossiers(session)
    dossiers: set[int] = set()
    for name, right in (("titles", Title), ("applications", Application)):
        rows = session.execute(
            select(right.id, right.dossier_id).where(right.is_demonstration)
        ).all()
        remove(session, Base.metadata.tables[right.__tablename__], [row.id for row in rows])
        dossiers |= {row.dossier_id for row in rows if row.dossier_id is not None}
        counts[name] = len(rows)
    remove(session, Base.metadata.tables[Dossier.__tablename__], dossiers - told)
    _clear_parties(session)
    session.expire_all()
    return counts


def _leave_told_dossiers(session: Session) -> set[int]:
    """Let go of titles in dossiers whose documents the journal names: these stay, as it does."""
    told = set(
        session.scalars(
            select(Document.dossier_id)
            .join(JournalEntry, JournalEntry.document_id == Document.id)
            .join(Dossier, Dossier.id == Document.dossier_id)
            .where(Dossier.is_demonstration)
            .distinct()
        )
    )
    session.execute(update(Dossier).where(Dossier.id.in_(told)).values(title_id=None))
    return {one for one in told if one is not None}


def clear_ground(session: Session, prefix: str) -> None:
    """Remove the demonstration's zones and works, known by the prefix of their codes."""
    for place in (Zone, Work):
        ours = select(place.id).where(place.code.like(f"{prefix}%"), place.is_illustrative)
        remove(session, Base.metadata.tables[place.__tablename__], session.scalars(ours).all())


def remove(session: Session, table: Table, ids: Collection[int]) -> None:
    """Remove rows after whatever names them, table by table, except the journal."""
    if not ids:
        return
    for child in Base.metadata.sorted_tables:
        if child.name in KEPT:
            continue
        for key in child.foreign_keys:
            if key.column.table is not table:
                continue
            if "id" not in child.c:
                session.execute(delete(child).where(key.parent.in_(ids)))
                continue
            found = session.scalars(select(child.c.id).where(key.parent.in_(ids))).all()
            remove(session, child, found)
    session.execute(delete(table).where(table.c.id.in_(ids)))


def _clear_parties(session: Session) -> None:
    """Remove companies nobody names any more; those the journal names stay."""
    party = Base.metadata.tables[Party.__tablename__]
    named = [
        select(key.parent).where(key.parent.is_not(None))
        for child in Base.metadata.sorted_tables
        for key in child.foreign_keys
        if key.column.table is party
    ]
    session.execute(
        delete(Party).where(Party.is_demonstration, *(Party.id.not_in(query) for query in named))
    )
