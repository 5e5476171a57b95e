"""What a proposal is made from, and what it is: two sides, the ground they share, ways out.

Geometries are shapely, EPSG:4326, longitude first; areas m², lengths metres.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.cells import Measure
from cadastre.geometry.grid import CellGrid
from cadastre.geometry.overlap import is_technical, shared_ground
from cadastre.geometry.reading import Ring
from cadastre.vocabulary import EdgeModel

LEFT, RIGHT = "left", "right"
RESOLUTION_KINDS = (
    "clip", "clip-first", "shift", "shrink", "share", "consent", "competition", "correct",
    "known", "refuse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its ground, how it came to it, and the corners as printed.

    Of a zone or a work: ``may_consent`` tells whether the law lets anybody consent to a right
    there, ``has_party`` whether that authority or operator is known and answers online.
    """

    occupant: str  # title | application | zone | work
    number: str
    ground: BaseGeometry
    rings: tuple[Ring, ...] = ()
    crs: str = "EPSG:4326"
    published_area_ha: float | None = None
    has_party: bool = False
    may_consent: bool = True
    grid: CellGrid | None = None
    cell: Mapping[str, str] | None = None

    @property
    def is_right(self) -> bool:
        """Tell whether it is a title or an application, whose ground may be changed."""
        return self.occupant in ("title", "application")


@dataclass(frozen=True, slots=True)
class Situation:
    """An overlap to end: ``left`` is the one in the way, ``right`` was there before."""

    kind: str
    left: Side
    right: Side
    shared: BaseGeometry
    at: dt.date
    model: EdgeModel
    crs: str  # the plane of the law, where areas and whole steps are counted
    tolerance_m: float
    likely_crs: tuple[str, ...] = ()
    grid_step_m: float | None = None
    shift_limit_m: float = 0.0
    country: BaseGeometry | None = None  # where ground may lie at all
    obstacles: tuple[BaseGeometry, ...] = ()  # what else holds ground around, exclusively
    datum_search_m: float = 0.0  # how far a datum without a published change may lie off

    @property
    def measure(self) -> Measure:
        """Give how real overlaps are told from rounding."""
        return Measure(self.model, self.crs, self.tolerance_m)

    def meets(self, one: BaseGeometry, other: BaseGeometry) -> bool:
        """Tell whether two grounds really overlap, more than rounding of corners."""
        shared = shared_ground(one, other)
        return not shared.is_empty and not is_technical(
            shared, self.model, self.crs, self.tolerance_m
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """A way to end an overlap. Its sentence is said from ``cases.proposal.<kind>``.

    ``left`` and ``right`` are the grounds afterwards, None when that side's right ends here;
    ``needs`` are the sides that must accept before anybody may confirm; ``pieces`` the separate
    free parts among which an applicant later chooses.
    """

    id: str
    kind: str
    left: BaseGeometry | None
    right: BaseGeometry | None
    needs: tuple[str, ...] = ()
    pieces: tuple[BaseGeometry, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def changes(self, situation: Situation) -> tuple[str, ...]:
        """List the sides whose ground is no longer what it was."""
        return tuple(
            side
            for side, after, before in (
                (LEFT, self.left, situation.left.ground),
                (RIGHT, self.right, situation.right.ground),
            )
            if after is None or not after.equals(before)
        )
