"""List the titles and applications that changed since an instant, each once, at its last change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.queries.paging import settled_at

# What belongs to a title or an application, as it is now and as it was replaced or removed.
_TITLES = (
    "SELECT 'titles', t.number, t.recorded_at FROM title t WHERE t.recorded_at > :since",
    "SELECT 'titles', t.number, x.recorded_at FROM parcel x JOIN title t ON t.id = x.title_id"
    " WHERE x.recorded_at > :since",
    "SELECT 'titles', t.number, x.superseded_at FROM parcel_past x JOIN title t"
    " ON t.id = x.title_id WHERE x.superseded_at > :since",
    "SELECT 'titles', t.number, x.recorded_at FROM share x JOIN title t ON t.id = x.title_id"
    " WHERE x.recorded_at > :since",
    "SELECT 'titles', t.number, x.superseded_at FROM share_past x JOIN title t"
    " ON t.id = x.title_id WHERE x.superseded_at > :since",
)
_APPLICATIONS = (
    "SELECT 'applications', a.number, a.recorded_at FROM application a"
    " WHERE a.recorded_at > :since",
    "SELECT 'applications', a.number, x.recorded_at FROM parcel x JOIN application a"
    " ON a.id = x.application_id WHERE x.recorded_at > :since",
    "SELECT 'applications', a.number, x.superseded_at FROM parcel_past x JOIN application a"
    " ON a.id = x.application_id WHERE x.superseded_at > :since",
)
_CHANGED = f"""
    WITH moved(collection, number, at) AS ({" UNION ALL ".join((*_TITLES, *_APPLICATIONS))}),
    last AS (
        SELECT collection, number, max(at) AS at FROM moved GROUP BY collection, number
    )
    SELECT l.collection, l.number, l.at, coalesce(t.kind, a.kind) AS kind,
           coalesce(t.name, a.name) AS name
    FROM last l
    LEFT JOIN title t ON l.collection = 'titles' AND t.number = l.number
    LEFT JOIN application a ON l.collection = 'applications' AND a.number = l.number
    WHERE l.at <= :settled
      AND (l.at, l.collection, l.number) > (:at, :collection, :number)
    ORDER BY l.at, l.collection, l.number
    LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of changes ends: the last change told, and whose it is."""

    at: dt.datetime
    collection: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A title or application, and when something of it last changed in the register."""

    collection: str
    number: str
    at: dt.datetime
    kind: str
    name: str | None

    def mark(self) -> Mark:
        """Give the mark behind which the next page begins."""
        return Mark(self.at, self.collection, self.number)


def changes_behind(session: Session, mark: Mark, most: int) -> Sequence[Change]:
    """List at most so many changes behind a mark, oldest first.

    Only what is settled is told: no transaction under way can still add a change before the last
    one told, so whoever asks again behind it misses none. What changes again comes again, later.
    """
    # The mark's own instant is looked at again: several may have changed in it.
    since = mark.at - dt.timedelta(microseconds=1) if mark.collection else mark.at
    rows = session.execute(
        text(_CHANGED),
        {
            "since": since, "at": mark.at, "collection": mark.collection,
            "number": mark.number, "settled": settled_at(session), "most": most,
        },
    )  # fmt: skip
    return [Change(*row) for row in rows]
