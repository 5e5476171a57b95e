"""Cut, divide, unite and extend the ground of titles, so that areas always add up.

Ground is shapely, EPSG:4326, longitude first. "Inside" and "apart" allow the technical width of the
register: rounding of corners, never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import Blocked
from cadastre.geometry.overlap import widest_m
from cadastre.geometry.perimeter import edge_true_area_m2, polygons
from cadastre.vocabulary import EdgeModel

ROUNDING = 1e-6  # of a share: half of a rectangle is half, whatever the last decimal says


@dataclass(frozen=True, slots=True)
class Measure:
    """How this law measures ground: line between corners, plane, width that counts for nothing."""

    model: EdgeModel
    crs: str
    width_m: float

    def area_m2(self, ground: BaseGeometry) -> float:
        """Measure true area in m² along the edge model."""
        return edge_true_area_m2(ground, self.model, self.crs)

    def is_nothing(self, ground: BaseGeometry) -> bool:
        """Tell whether every piece is within the rounding of corners."""
        return widest_m(ground, self.model, self.crs) <= self.width_m

    def substance_of(self, ground: BaseGeometry) -> MultiPolygon:
        """Keep the pieces that are more than rounding."""
        return whole(MultiPolygon([p for p in polygons(ground) if not self.is_nothing(p)]))


@dataclass(frozen=True, slots=True)
class Reduced:
    """Ground after a part was given up."""

    kept: MultiPolygon
    freed: MultiPolygon
    share_freed: float


def whole(ground: BaseGeometry) -> MultiPolygon:
    """Give ground as the register stores it: surfaces only, always several polygons."""
    return MultiPolygon(polygons(ground))


def reduce_ground(old: BaseGeometry, kept: BaseGeometry, measure: Measure) -> Reduced:
    """Keep a part of ground and free the rest.

    Raises
    ------
    Blocked
        ``titles.kept-outside``: the part kept leaves the old ground; ``titles.nothing-kept``.
    """
    spill = whole(shapely.difference(kept, old))
    if not measure.is_nothing(spill):
        raise Blocked(
            "titles.kept-outside", where="geometry", outside_m2=round(measure.area_m2(spill), 1)
        )
    inside = whole(kept) if spill.is_empty else whole(shapely.intersection(kept, old))
    inside = measure.substance_of(inside)
    if inside.is_empty:
        raise Blocked("titles.nothing-kept", where="geometry")
    freed = measure.substance_of(shapely.difference(old, inside))
    return Reduced(inside, freed, measure.area_m2(freed) / measure.area_m2(old))


def divide_ground(
    parent: BaseGeometry, pieces: Sequence[BaseGeometry], measure: Measure
) -> tuple[MultiPolygon, ...]:
    """Divide ground into pieces that lie inside it, apart from one another, and leave nothing.

    Raises
    ------
    Blocked
        ``titles.too-few-pieces``, ``titles.kept-outside``, ``titles.pieces-overlap`` or
        ``titles.pieces-leave-ground``.
    """
    if len(pieces) < 2:
        raise Blocked("titles.too-few-pieces", where="geometries")
    inside = tuple(reduce_ground(parent, piece, measure).kept for piece in pieces)
    for (i, one), (j, other) in combinations(enumerate(inside, 1), 2):
        shared = whole(shapely.intersection(one, other))
        if not measure.is_nothing(shared):
            raise Blocked("titles.pieces-overlap", where="geometries", one=i, other=j)
    left = whole(shapely.difference(parent, shapely.union_all(list(inside))))
    if not measure.is_nothing(left):
        raise Blocked(
            "titles.pieces-leave-ground",
            where="geometries",
            left_m2=round(measure.area_m2(left), 1),
        )
    return inside


def unite_ground(grounds: Sequence[BaseGeometry]) -> MultiPolygon:
    """Unite the ground of titles that touch along a line into one perimeter.

    Raises
    ------
    Blocked
        ``titles.not-neighbours``: they do not make one piece.
    """
    together = whole(shapely.union_all(list(grounds)))
    if len(together.geoms) > max(len(whole(ground).geoms) for ground in grounds):
        raise Blocked("titles.not-neighbours", where="titles")
    return together


def extend_ground(old: BaseGeometry, wanted: BaseGeometry, measure: Measure) -> MultiPolygon:
    """Give the ground that an extension adds to the old one.

    Raises
    ------
    Blocked
        ``titles.extension-leaves-ground``: the new perimeter leaves out part of the old one;
        ``titles.nothing-added``.
    """
    if not measure.is_nothing(whole(shapely.difference(old, wanted))):
        raise Blocked("titles.extension-leaves-ground", where="geometry")
    added = measure.substance_of(shapely.difference(wanted, old))
    if added.is_empty:
        raise Blocked("titles.nothing-added", where="geometry")
    return added


SIDES = ("north", "south", "east", "west")
CUT_STEPS = 60  # halvings: far below the rounding of corners


def cut_towards(
    ground: BaseGeometry, side: str, share: float, measure: Measure
) -> tuple[MultiPolygon, MultiPolygon]:
    """Cut ground by one line along a meridian or parallel: the part towards a side, and the rest.

    The part holds at least ``share`` of the area, by less than a square metre too much, so that
    whoever must give up a quarter gives up a quarter.

    Parameters
    ----------
    side
        ``north``, ``south``, ``east`` or ``west``: where the part lies.
    share
        Between 0 and 1, both excluded.
    """
    west, south, east, north = ground.bounds
    wanted = share * measure.area_m2(ground)
    low, high = 0.0, 1.0
    for _ in range(CUT_STEPS):
        middle = (low + high) / 2
        part = shapely.intersection(ground, _strip((west, south, east, north), side, middle))
        if part.is_empty or measure.area_m2(part) < wanted:
            low = middle
        else:
            high = middle
    strip = _strip((west, south, east, north), side, high)
    return whole(shapely.intersection(ground, strip)), whole(shapely.difference(ground, strip))


def _strip(
    bounds: tuple[float, float, float, float], side: str, part: float
) -> BaseGeometry:
    """Give the strip of a box that lies towards a side and takes a part of its width."""
    west, south, east, north = bounds
    across, down = part * (east - west), part * (north - south)
    return {
        "north": shapely.box(west, north - down, east, north),
        "south": shapely.box(west, south, east, south + down),
        "east": shapely.box(east - across, south, east, north),
        "west": shapely.box(west, south, west + across, north),
    }[side]
