"""What the generator plans, before anything is written: pure values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import MultiPolygon


@dataclass(frozen=True, slots=True)
class Printed:
    """A perimeter as an order prints it, and the ground that those printed corners draw.

    ``geom`` is EPSG:4326; ``corners`` holds a list per ring, as the register stores them.
    """

    text: str
    crs: str
    corners: list[list[dict[str, Any]]]
    geom: MultiPolygon


@dataclass(frozen=True, slots=True)
class PlannedTitle:
    """A title to write; ``holders`` are positions in the list of companies with their shares."""

    number: str
    name: str
    kind: str
    substances: tuple[str, ...]
    printed: Printed
    holders: tuple[tuple[int, int, int], ...]  # company, numerator, denominator
    applied_on: dt.date
    granted_on: dt.date
    expires_on: dt.date | None
    ended_on: dt.date | None = None
    end_reason: str | None = None
    suspended_from: dt.date | None = None
    suspended_until: dt.date | None = None
    parent: str | None = None
    relation: str | None = None
    instrument: str | None = None
    published_area_m2: float | None = None
    source: str | None = None
    doubts: tuple[str, ...] = ()
    standing: str = "exclusive"
    # Where the date of the order could not be read, ``granted_on`` is only where time starts.
    grant_was_read: bool = True


@dataclass(frozen=True, slots=True)
class PlannedApplication:
    """An application to write; its number follows from the rank the register gives it.

    ``key`` names it in the plan and in the manifest of overlaps.
    """

    key: str
    name: str
    kind: str
    substances: tuple[str, ...]
    printed: Printed
    applicant: int
    filed_at: dt.datetime
    closed_at: dt.datetime | None = None
    outcome: str | None = None
    standing: str = "exclusive"


@dataclass(frozen=True, slots=True)
class OverlapCase:
    """A pair put there on purpose: titles by number, applications by key, others by code."""

    sort: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Company:
    """A company: fictitious, or the holder of a real perimeter."""

    name: str
    registration_number: str | None
    trade: str


@dataclass(slots=True)
class Plan:
    """The whole fictitious register."""

    reference_day: dt.date
    companies: list[Company]
    titles: list[PlannedTitle] = field(default_factory=list)
    applications: list[PlannedApplication] = field(default_factory=list)
    cases: list[OverlapCase] = field(default_factory=list)
