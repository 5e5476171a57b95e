"""Make a perimeter valid without letting a tangle of lines take the machine."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.geometry.perimeter import ground, polygons

# The work grows with the square of the crossings: 500 corners at random cross 17,000 times.
MAX_CROSSINGS = 300


def sound(geometry: BaseGeometry) -> Polygon | MultiPolygon:
    """Give the valid surfaces of a geometry: itself when valid, else mended at its crossings.

    Raises
    ------
    UnusableInput
        ``geometry.tangled``: its sides cross too often for any surface to be what was meant.
    """
    surfaces = ground(geometry)
    if surfaces.is_valid:
        return surfaces
    count = count_meetings(surfaces)
    if count > MAX_CROSSINGS:
        raise UnusableInput("geometry.tangled", count=count, limit=MAX_CROSSINGS)
    return ground(shapely.make_valid(surfaces, method="structure", keep_collapsed=False))


def count_meetings(geometry: BaseGeometry) -> int:
    """Count the pairs of sides that meet without following one another, rings apart."""
    return sum(
        _meetings(np.asarray(ring.coords)[:, :2])
        for polygon in polygons(geometry)
        for ring in (polygon.exterior, *polygon.interiors)
    )


def _meetings(corners: np.ndarray) -> int:
    segments = np.asarray(shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)))
    first, second = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = np.abs(first - second)
    return int(np.count_nonzero((apart > 1) & (apart < len(segments) - 1))) // 2
