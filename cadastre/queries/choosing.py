"""What a form offers to choose from: the titles somebody holds, the places there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cadastre.models import AdministrativeUnit, Share, StoredFile, Title
from cadastre.queries.territory import COUNTRY

COMMUNE = 3
HOLDER = "holder"
MOST_TITLES = 200


def titles_held(
    session: Session, party_id: int | None, kinds: Collection[str], day: dt.date
) -> list[tuple[str, str | None]]:
    """List number and name of the titles a party holds a share of on a day, by number."""
    if party_id is None:
        return []
    query = (
        select(Title.number, Title.name)
        .join(Share, Share.title_id == Title.id)
        .where(
            Share.party_id == party_id,
            Share.role == HOLDER,
            Share.starts_on <= day,
            or_(Share.ends_on.is_(None), Share.ends_on > day),
        )
        .order_by(Title.number)
        .limit(MOST_TITLES)
    )
    if kinds:
        query = query.where(Title.kind.in_(kinds))
    return [(row.number, row.name) for row in session.execute(query).unique()]


def unit_names(session: Session, *, communes_only: bool) -> Sequence[str]:
    """List the names of communes, or of every place below the country, in their order."""
    unit = AdministrativeUnit
    level = unit.level == COMMUNE if communes_only else unit.level > COUNTRY
    return session.scalars(select(unit.name).where(level).distinct().order_by(unit.name)).all()


def sizes_of(session: Session, hashes: Collection[str]) -> dict[str, int]:
    """Give the size in bytes of stored files, by their SHA-256."""
    query = select(StoredFile.sha256, StoredFile.size).where(StoredFile.sha256.in_(hashes))
    return {row.sha256: row.size for row in session.execute(query)}
