"""Decide which of the old rights hold their ground alone, with the very test of the guard."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.models.base import SRID
from cadastre.services.legacy.records import UNGUARDED, Record

EXCLUSIVE, LEGACY = "exclusive", "legacy"
STAGE = """
CREATE TEMP TABLE legacy_ground
    (place integer, exclusivity_group text, period tstzrange, geom geometry(MultiPolygon, 4326))
ON COMMIT DROP
"""
# Word for word what guard_occupation.sql asks, so that what is written as exclusive is accepted.
PAIRS = """
SELECT DISTINCT a.place, b.place FROM legacy_ground AS a JOIN legacy_ground AS b
  ON a.geom && b.geom AND a.place < b.place AND a.exclusivity_group = b.exclusivity_group
 AND a.exclusivity_group <> 'none' AND a.period && b.period
 AND ST_Relate(a.geom, b.geom, '2********')
 AND mean_width_m(ST_Intersection(a.geom, b.geom)) > technical_width_m()
ORDER BY 1, 2
"""
AGAINST_REGISTER = """
SELECT DISTINCT l.place FROM legacy_ground AS l JOIN occupation AS o
  ON o.geom && l.geom AND o.exclusivity_group = l.exclusivity_group AND o.period && l.period
 AND o.standing = 'exclusive' AND o.exclusivity_group <> 'none'
 AND ST_Relate(o.geom, l.geom, '2********')
 AND mean_width_m(ST_Intersection(o.geom, l.geom)) > technical_width_m()
"""


@dataclass(slots=True)
class Standings:
    """Pairs of places (rows from 0) that share ground, and who came earlier and later in them."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    earlier: set[int] = field(default_factory=set)
    later: set[int] = field(default_factory=set)

    def of(self, place: int) -> str:
        """Give the standing of a row."""
        return LEGACY if place in self.later else EXCLUSIVE


def stage_grounds(session: Session, records: list[Record], zone: ZoneInfo) -> None:
    """Lay the grounds out in a table of this transaction, where they can be held to one another."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.legacy_ground"))
    session.execute(text(STAGE))
    rows = "".join(
        "\t".join((str(place), group, period_of(record, zone), wkb_of(record))) + "\n"
        for place, record in enumerate(records)
        if record.ground.perimeter is not None
        for group in record.groups
    )
    cursor = session.connection().connection.cursor()
    cursor.copy_expert("COPY legacy_ground FROM STDIN", io.StringIO(rows))
    session.execute(text("CREATE INDEX ON legacy_ground USING gist (geom)"))
    session.execute(text("ANALYZE legacy_ground"))


def decide_standings(session: Session, records: list[Record]) -> Standings:
    """Let rights take their ground in order of date and number; who finds it taken is later.

    A right that only meets later ones stays exclusive, so as few as possible lose their standing.
    """
    found = Standings(pairs=[(a, b) for a, b in session.execute(text(PAIRS))])
    taken = {row[0] for row in session.execute(text(AGAINST_REGISTER))}
    met: dict[int, set[int]] = {}
    for a, b in found.pairs:
        met.setdefault(a, set()).add(b)
        met.setdefault(b, set()).add(a)
    found.later |= taken
    exclusive: set[int] = set()
    for place in _in_order(records):
        if place in taken or met.get(place, set()) & exclusive:
            found.later.add(place)
        else:
            exclusive.add(place)
    found.earlier = {place for place in met if place not in found.later}
    return found


def _in_order(records: list[Record]) -> Iterator[int]:
    return iter(sorted(range(len(records)), key=lambda place: records[place].standing_order))


def period_of(record: Record, zone: ZoneInfo) -> str:
    """Write the time a right holds its ground, midnights of its own time zone."""
    ends = [day for day in (record.expires_on, record.ended_on) if day is not None]
    begun = record.starts_on
    until = max(min(ends), begun + dt.timedelta(days=1)) if ends else None
    last = "" if until is None else _midnight(until, zone)
    return f"[{_midnight(begun, zone)},{last})"


def wkb_of(record: Record) -> str:
    """Write the ground of a record as PostGIS reads it."""
    return str(
        shapely.to_wkb(
            shapely.set_srid(record.ground.perimeter, SRID), hex=True, include_srid=True
        )
    )


def is_guarded(record: Record) -> bool:
    """Tell whether a record keeps anybody out."""
    return any(group != UNGUARDED for group in record.groups)


def _midnight(day: dt.date, zone: ZoneInfo) -> str:
    # In UTC: before standard time zones had offsets of odd seconds, which PostgreSQL cannot read.
    return dt.datetime.combine(day, dt.time.min, zone).astimezone(dt.UTC).strftime(
        "%Y-%m-%d %H:%M:%S+00"
    )
