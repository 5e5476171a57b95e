"""Measure ground that two things share, tell technical from real, and cut out free ground."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import (
    edge_true_area_m2,
    ground,
    perimeter_length_m,
    perimeter_of,
    polygons,
    positions,
    rings_of,
)
from cadastre.geometry.repair import remove_corners
from cadastre.geometry.sound import sound
from cadastre.geometry.validity import number_lines
from cadastre.vocabulary import EdgeModel


@dataclass(frozen=True, slots=True)
class SharedGround:
    """What two perimeters share, measured with the edge model.

    ``mean_width_m`` is that of the widest piece: a long sliver must not hide a true overlap
    elsewhere. ``technical`` means every piece is within the tolerance.
    """

    geometry: BaseGeometry
    area_m2: float
    share: float
    share_of_other: float
    mean_width_m: float
    technical: bool


def shared_ground(first: BaseGeometry, second: BaseGeometry) -> BaseGeometry:
    """Intersect two perimeters and keep only surfaces; lines and points are mere contact.

    Invalid input is made valid first. In the running register PostGIS computes this; here it serves
    pure callers and tests.
    """
    return ground(shapely.intersection(sound(first), sound(second)))


def mean_width_m(geometry: BaseGeometry, model: EdgeModel, crs: str) -> float:
    """Give twice the area over the length of the outline: the width of a thin strip, in metres."""
    return _width_m(edge_true_area_m2(geometry, model, crs), perimeter_length_m(geometry))


def _width_m(area_m2: float, length_m: float) -> float:
    """Give the mean width, never more than that of a circle of this outline.

    The area of a triangle of rounding errors, a nanometre a side, comes out as noise: divided by
    its outline it made tens of metres (seen between two neighbours of a real register).
    """
    return min(2 * area_m2 / length_m, length_m / (2 * math.pi)) if length_m else 0.0


def is_technical(geometry: BaseGeometry, model: EdgeModel, crs: str, tolerance_m: float) -> bool:
    """Tell whether shared ground is only the rounding of corners: every piece within tolerance."""
    return widest_m(geometry, model, crs) <= tolerance_m


def widest_m(geometry: BaseGeometry, model: EdgeModel, crs: str) -> float:
    """Give the greatest mean width among the pieces, in metres."""
    return max((mean_width_m(piece, model, crs) for piece in polygons(geometry)), default=0.0)


def measure_shared(
    perimeter: BaseGeometry | float,
    other: BaseGeometry,
    shared: BaseGeometry,
    *,
    model: EdgeModel,
    crs: str,
    tolerance_m: float,
) -> SharedGround:
    """Measure ground shared by a perimeter and another thing, whoever computed it.

    Parameters
    ----------
    perimeter
        EPSG:4326, or its area in m² when it was measured already with the same edge model.
    shared
        Their intersection in EPSG:4326; only its surfaces count.
    model, crs
        The line between corners, and the plane of straight-projected ones.
    tolerance_m
        Mean width up to which the overlap is technical.
    """
    surfaces = ground(shared)
    whole = perimeter
    if not isinstance(whole, float):
        whole = edge_true_area_m2(whole, model, crs)
    # Each piece is measured once: a check measures hundreds of them.
    pieces = [
        (edge_true_area_m2(piece, model, crs), perimeter_length_m(piece))
        for piece in polygons(surfaces)
    ]
    area = sum(piece_m2 for piece_m2, _ in pieces)
    width = max((_width_m(piece_m2, length) for piece_m2, length in pieces), default=0.0)
    return SharedGround(
        surfaces,
        area,
        _share(area, whole),
        _share(area, edge_true_area_m2(other, model, crs)),
        width,
        width <= tolerance_m,
    )


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0


def clip_to_free(
    perimeter: BaseGeometry,
    obstacles: Iterable[BaseGeometry],
    *,
    model: EdgeModel,
    crs: str,
    tolerance_m: float,
) -> tuple[Polygon, ...]:
    """Take obstacles away and list each remaining piece, largest first.

    Pieces thinner than the technical tolerance are left aside, and so are the hairs that rounding
    leaves along a border that is shared. Pieces of equal size stand from west to east, then south
    to north, so that the order never changes between two runs.
    """
    taken = shapely.union_all([sound(obstacle) for obstacle in obstacles])
    left = shapely.difference(sound(perimeter), taken)
    pieces = [
        (round(edge_true_area_m2(piece, model, crs), 3), piece)
        for piece in map(_without_hairs, polygons(left))
        if mean_width_m(piece, model, crs) > tolerance_m
    ]
    pieces.sort(key=lambda sized: (-sized[0], sized[1].bounds))
    return tuple(piece for _, piece in pieces)


def _without_hairs(piece: Polygon) -> Polygon:
    """Cut off the hairs of a piece, unless that would spoil it."""
    rings = [(positions(ring), ring.is_exclusion) for ring in rings_of(piece)]
    cleaned, removed = remove_corners(number_lines(rings))
    if not removed:
        return piece
    trimmed = perimeter_of([(line.corners, line.is_exclusion) for line in cleaned])
    return trimmed if isinstance(trimmed, Polygon) and trimmed.is_valid else piece
