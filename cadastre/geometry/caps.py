"""Refuse what is too large, or not a position, before any geometry library sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shapely.geometry import MultiPolygon, Polygon

from cadastre.errors import TooLarge, UnusableInput
from cadastre.geometry.reading import Ring

MAX_CORNERS = 500
MAX_PARTS = 5
MAX_RINGS = 50


def cap(rings: Sequence[Ring]) -> None:
    """Refuse rings with too many corners or parts, or corners that are nowhere on Earth.

    Raises
    ------
    TooLarge
        ``geometry.too-many-corners``, ``geometry.too-many-parts`` or ``geometry.too-many-rings``.
    UnusableInput
        ``geometry.not-a-position``, with the corner.
    """
    _cap(
        corners=sum(len(ring.corners) for ring in rings),
        parts=sum(not ring.is_exclusion for ring in rings),
        rings=len(rings),
    )
    number = 0
    for ring in rings:
        for corner in ring.corners:
            number += 1
            if corner.lon is not None and corner.lat is not None:
                _prove_position(corner.lon, corner.lat, corner.label or str(number))


def cap_polygon(perimeter: Polygon | MultiPolygon) -> None:
    """Refuse a perimeter, already a geometry, beyond the same caps; see :func:`cap`."""
    parts = list(perimeter.geoms) if isinstance(perimeter, MultiPolygon) else [perimeter]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    corners = sum(max(len(ring.coords) - 1, 0) for ring in rings)
    _cap(corners=corners, parts=len(parts), rings=len(rings))
    for number, (lon, lat) in enumerate((c[:2] for ring in rings for c in ring.coords), start=1):
        _prove_position(lon, lat, str(number))


def _cap(*, corners: int, parts: int, rings: int) -> None:
    for code, count, limit in (
        ("geometry.too-many-corners", corners, MAX_CORNERS),
        ("geometry.too-many-parts", parts, MAX_PARTS),
        ("geometry.too-many-rings", rings, MAX_RINGS),
    ):
        if count > limit:
            raise TooLarge(code, count=count, limit=limit)


def _prove_position(lon: float, lat: float, corner: str) -> None:
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise UnusableInput(
            "geometry.not-a-position", where=corner, corner=corner, lon=str(lon), lat=str(lat)
        )
