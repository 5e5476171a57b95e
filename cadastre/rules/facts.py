"""What a check is told: values gathered by a service, so that rules need no database.

Geometries are shapely, EPSG:4326, longitude first. ``shared`` is always the ground two things
have in common as PostGIS computed it: one engine decides, the other never overrules it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.reading import Ring


@dataclass(frozen=True, slots=True)
class UnitFact:
    """An administrative unit the perimeter touches; ``share`` is the perimeter's part inside it."""

    level: int  # 1 region, 2 prefecture, 3 commune, 4 canton
    code: str
    name: str
    share: float
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class NeighbourFact:
    """A title or application whose ground meets the perimeter."""

    collection: str  # titles | applications
    id: str  # public number
    name: str
    kind: str
    substances: tuple[str, ...]
    exclusivity_group: str
    status: str
    starts: dt.datetime | None
    ends: dt.datetime | None
    rank: int | None
    holder: str | None
    perimeter: BaseGeometry
    shared: BaseGeometry


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """A zone whose ground meets the perimeter, with the act that makes it bind."""

    id: str
    name: str
    kind: str
    status: str
    effect: str
    act: str | None
    starts: dt.date | None
    ends: dt.date | None
    illustrative: bool
    shared: BaseGeometry


@dataclass(frozen=True, slots=True)
class WorkFact:
    """A work, or its corridor, that meets the perimeter."""

    id: str
    name: str
    kind: str
    state: str
    operator: str | None
    corridor_m: float  # half width applied by the ruleset when the register was asked
    effect: str
    illustrative: bool
    shared: BaseGeometry


@dataclass(frozen=True, slots=True)
class OpeningFact:
    """Freed ground that waits for its fair opening, under the perimeter.

    ``id`` is the number of the opening, or of the expired title whose opening nobody published yet;
    ``page`` the address that says how to ask for it.
    """

    id: str
    group: str
    phase: str  # announced | open | reveal | unpublished
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    page: str
    shared: BaseGeometry


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one check looks at.

    ``country`` is the State's outline, None when no outline is loaded (the check then says so);
    ``register_consulted`` is False when neighbours, zones and works were not asked for. ``crs`` is
    the system the corners were read in; ``applicant`` the party who asks, when known, so that
    their own titles are not held against them. ``is_oriented`` is False when the source gives the
    sense of its rings no meaning (an order's table). ``around`` is what holds or asks for ground
    within reach of a shift, gathered only where perimeters move along a grid.
    """

    at: dt.date
    kind: str | None
    substances: tuple[str, ...]
    rings: tuple[Ring, ...]
    perimeter: Polygon | MultiPolygon
    country: BaseGeometry | None = None
    units: tuple[UnitFact, ...] = ()
    neighbours: tuple[NeighbourFact, ...] = ()
    zones: tuple[ZoneFact, ...] = ()
    works: tuple[WorkFact, ...] = ()
    openings: tuple[OpeningFact, ...] = ()
    published_area_ha: float | None = None
    stated_region: str | None = None
    register_consulted: bool = True
    crs: str = "EPSG:4326"
    applicant: str | None = None
    is_oriented: bool = True
    around: tuple[BaseGeometry, ...] = ()
