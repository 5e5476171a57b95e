"""Turn each row of an older register into a record: what it says, and what is doubtful in it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import NotFound
from cadastre.geometry.declared import compare_declared
from cadastre.rules.doubts import area_gap, coordinate_gap_m
from cadastre.rules.ruleset import Ruleset
from cadastre.rules.substances import plain
from cadastre.services.legacy.corners import drawn_from_text
from cadastre.services.legacy.grounds import Ground, read_ground
from cadastre.services.legacy.mapping import AREA_UNITS_M2, ENDED, UNKNOWN, Mapping
from cadastre.services.legacy.values import (
    is_empty,
    is_plausible,
    names_several,
    read_area,
    read_date,
    text_of,
)

DATES = ("applied_on", "granted_on", "starts_on", "expires_on")
UNGUARDED = "none"


@dataclass(slots=True)
class Record:
    """One row as it will stand in the register; ``doubts`` keeps the order in which they arose."""

    row: int
    raw: dict[str, Any]
    number: str
    name: str | None
    kind: str
    groups: tuple[str, ...]
    substances: tuple[str, ...]
    holder: str | None
    instrument: str | None
    status: str
    dates: dict[str, dt.date | None]
    starts_on: dt.date
    expires_on: dt.date | None
    ended_on: dt.date | None
    area_m2: float | None
    ground: Ground
    doubts: list[str] = field(default_factory=list)

    @property
    def standing_order(self) -> tuple[bool, dt.date, str, int]:
        """Say which of two rights on one ground comes first: by date, the dateless last."""
        known = self.dates["starts_on"] or self.dates["granted_on"]
        return known is None, known or dt.date.max, self.number, self.row

    def doubt(self, *codes: str | None) -> None:
        """Add doubts, each once."""
        self.doubts += [c for c in dict.fromkeys(codes) if c and c not in self.doubts]


class RecordReader:
    """Read rows under one mapping, ruleset and day."""

    def __init__(self, mapping: Mapping, ruleset: Ruleset, day: dt.date) -> None:
        self.mapping, self.ruleset, self.day = mapping, ruleset, day
        self.area_gap = area_gap(ruleset, day)
        self.coordinate_gap_m = coordinate_gap_m(ruleset, day)
        self.group_by_kind_only = any(kind.group for kind in mapping.kinds.values())
        self._substances = {plain(k): v for k, v in mapping.substances.items()}
        self._found: dict[str, str | None] = {}

    def read(
        self, row: int, raw: dict[str, Any], geometry: BaseGeometry | None, crs: str
    ) -> Record:
        """Read one row; nothing in it can make it fail, whatever is odd becomes a doubt."""
        doubts: list[str] = []
        ground = self._ground(raw, geometry, crs)
        doubts += ground.doubts
        kind, group = self._kind(raw, doubts)
        substances = self._substance_list(raw, doubts)
        dates = {role: self._date(raw, role, doubts) for role in DATES}
        status = self._status(raw, doubts)
        starts_on, expires_on, ended_on = self._term(dates, status, doubts)
        record = Record(
            row=row, raw=raw, number=self._number(raw, row, doubts), name=self._text(raw, "name"),
            kind=kind, groups=self._groups(kind, group, substances), substances=substances,
            holder=self._holder(raw, doubts), instrument=self._text(raw, "instrument"),
            status=status, dates=dates, starts_on=starts_on, expires_on=expires_on,
            ended_on=ended_on, area_m2=self._area(raw, ground, doubts), ground=ground,
        )  # fmt: skip
        if record.instrument is None:
            doubts.append("instrument-missing")
        self._compare(raw, ground, doubts)
        record.doubt(*doubts)
        return record

    def _ground(self, raw: dict[str, Any], geometry: BaseGeometry | None, crs: str) -> Ground:
        """Read the shape; where there is none, the corners that stand in words."""
        ground = read_ground(geometry, crs, self.ruleset)
        written = self._text(raw, "coordinates")
        if ground.perimeter is not None or written is None:
            return ground
        drawn = drawn_from_text(written, self.mapping, self.ruleset)
        if drawn is None:
            return ground
        told = read_ground(*drawn, self.ruleset)
        return replace(
            told, original_text=written, doubts=("geometry-from-text", *told.doubts)
        )

    def _cell(self, raw: dict[str, Any], role: str) -> Any:
        column = self.mapping.fields.get(role)
        return None if column is None else raw.get(column)

    def _text(self, raw: dict[str, Any], role: str) -> str | None:
        return text_of(self._cell(raw, role))

    def _number(self, raw: dict[str, Any], row: int, doubts: list[str]) -> str:
        written = self._text(raw, "number")
        if written is None:
            doubts.append("number-missing")
            return f"{self.mapping.prefix}L{row:06d}"
        return f"{self.mapping.prefix}{written}"

    def _kind(self, raw: dict[str, Any], doubts: list[str]) -> tuple[str, str | None]:
        written = self._text(raw, "kind")
        if written is None:
            doubts.append("kind-missing")
            return "unknown", None
        meaning = self.mapping.kinds.get(written)
        if meaning is not None:
            return meaning.kind, meaning.group
        slug = plain(written).replace(" ", "-") or "unknown"
        if slug not in self.ruleset.kinds:
            doubts.append("kind-unknown")
        return slug, None

    def _substance_list(self, raw: dict[str, Any], doubts: list[str]) -> tuple[str, ...]:
        written = self._text(raw, "substances")
        if written is None:
            doubts.append("substance-missing")
            return ()
        parts = re.split(f"[{re.escape(self.mapping.separators)}]", written)
        found: list[str] = []
        for part in filter(None, (plain(part) for part in parts)):
            known = self._substance(part)
            if known is None:
                doubts.append("substance-unknown")
            found.append(known or part.replace(" ", "-"))
        return tuple(dict.fromkeys(found))

    def _substance(self, word: str) -> str | None:
        """Give the register's word for a substance; None when nobody knows it."""
        if word not in self._found:
            wanted = self._substances.get(word, word)
            try:
                self._found[word] = self.ruleset.substance(wanted).id
            except NotFound:
                self._found[word] = wanted if word in self._substances else None
        return self._found[word]

    def _groups(
        self, kind: str, group: str | None, substances: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Give the groups a right keeps others out of: said by the mapping, else by the ruleset."""
        if group is not None:
            return (group,)
        if kind in self.ruleset.kinds and substances:
            try:
                if self.ruleset.exclusivity_group(kind, substances, self.day) == UNGUARDED:
                    return (UNGUARDED,)
                return self.ruleset.exclusivity_groups(substances, self.day)
            except NotFound:
                pass
        return (self.mapping.group,)

    def _holder(self, raw: dict[str, Any], doubts: list[str]) -> str | None:
        holder = self._text(raw, "holder")
        if holder is None:
            doubts.append("holder-missing")
        elif names_several(holder):
            doubts.append("holder-several")
        return holder

    def _date(self, raw: dict[str, Any], role: str, doubts: list[str]) -> dt.date | None:
        try:
            day = read_date(self._cell(raw, role), day_first=self.mapping.day_first)
        except (ValueError, OverflowError):
            doubts.append("date-unreadable")
            return None
        if day is not None and role != "expires_on" and not is_plausible(day, self.day):
            doubts.append("date-implausible")
            return None
        return day

    def _status(self, raw: dict[str, Any], doubts: list[str]) -> str:
        written = self._text(raw, "status")
        if written is None or not self.mapping.statuses:
            return UNKNOWN
        status = self.mapping.statuses.get(written, UNKNOWN)
        if status == UNKNOWN:
            doubts.append("status-unknown")
        return status

    def _term(
        self, dates: dict[str, dt.date | None], status: str, doubts: list[str]
    ) -> tuple[dt.date, dt.date | None, dt.date | None]:
        """Give first day, end of term and day of ending, in an order the register can hold.

        Without a first day the right counts from the day of the file: the one day on which somebody
        said that it stood.
        """
        begun = dates["starts_on"] or dates["granted_on"]
        expires = dates["expires_on"]
        if begun is None:
            doubts.append("start-missing")
            begun = self.day if expires is None else min(self.day, expires - dt.timedelta(days=1))
        if expires is not None and expires <= begun:
            doubts.append("dates-disordered")
            expires = None
        if status != ENDED:
            return begun, expires, None
        if expires is None:
            doubts.append("end-missing")
        return begun, expires, max(begun, self.day)

    def _area(self, raw: dict[str, Any], ground: Ground, doubts: list[str]) -> float | None:
        try:
            found = read_area(self._cell(raw, "area"))
        except ValueError:
            doubts.append("area-unreadable")
            return None
        if found is None:
            if "area" in self.mapping.fields:
                doubts.append("area-missing")
            return None
        area_m2 = found[0] * AREA_UNITS_M2[found[1] or self.mapping.area_unit]
        if ground.perimeter is not None:
            measured = (ground.planar_area_m2, ground.geodesic_area_m2)
            if min(abs(one - area_m2) for one in measured) > self.area_gap * max(measured):
                doubts.append("area-differs")
        return area_m2

    def _compare(self, raw: dict[str, Any], ground: Ground, doubts: list[str]) -> None:
        written = self._text(raw, "coordinates")
        systems = self.mapping.coordinates
        is_drawn = ground.perimeter is not None and "geometry-from-text" not in ground.doubts
        if written is None or systems is None or ground.perimeter is None or not is_drawn:
            return
        said = compare_declared(written, ground.perimeter, systems, self.coordinate_gap_m)
        if said.truncated:
            doubts.append("coordinates-truncated")
        if said.doubt:
            doubts.append(said.doubt)


def settle_numbers(records: Iterable[Record], taken: set[str]) -> None:
    """Give repeated numbers a mark of their own (``~2``), and a doubt to every bearer.

    ``taken`` are numbers the register holds already; they keep theirs.
    """
    listed = list(records)
    count = Counter(record.number for record in listed)
    used = set(taken)
    for record in listed:
        if count[record.number] > 1 or record.number in taken:
            record.doubt("number-repeated")
        base, turn = record.number, 1
        while record.number in used:
            turn += 1
            record.number = f"{base}~{turn}"
        used.add(record.number)


def has_ground(record: Record) -> bool:
    """Tell whether a record has a perimeter the register can hold."""
    return isinstance(record.ground.perimeter, MultiPolygon)


def says_something(raw: dict[str, Any]) -> bool:
    """Tell whether a row holds any word at all."""
    return any(not is_empty(value) for value in raw.values())
