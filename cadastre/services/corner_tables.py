"""Write rings as a table of corners, as text to paste and cell by cell to show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from shapely.geometry import Polygon

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.writer import Style, format_corners, format_lonlat, utm_zone_of
from cadastre.geometry.reading import Corner, Ring

Places = Sequence[tuple[float, float]]


def corner_table(
    rings: Sequence[Places], style: Style, crs: str | None, language: str
) -> dict[str, Any]:
    """Write rings in one style: the whole as text, and each corner as label and cells.

    Parameters
    ----------
    rings
        Longitudes and latitudes in degrees; a ring inside an earlier one is an exclusion.
    crs
        The projected system of style ``utm``; default: the UTM zone of the middle.

    Raises
    ------
    UnusableInput
        A corner is nowhere on Earth, or outside the system.
    """
    named = _named_rings([_open(ring) for ring in rings if len(ring) > 0])
    corners = [corner for ring in named for corner in ring.corners]
    if not corners:
        return {"text": "", "rings": []}
    zone = (crs or utm_zone_of([(c.x, c.y) for c in corners])) if style == "utm" else crs
    return {
        "text": format_corners(named, style, language=language, crs=zone),
        "rings": [
            [_cells(corner, style, zone, language) for corner in ring.corners] for ring in named
        ],
    }


def _cells(corner: Corner, style: Style, zone: str | None, language: str) -> list[str]:
    written = format_lonlat(corner.x, corner.y, style, language=language, crs=zone)
    return [corner.label, *written.split("\t")]


def _named_rings(rings: Sequence[Places]) -> list[Ring]:
    count = sum(map(len, rings))
    names = iter(
        ascii_uppercase if count <= len(ascii_uppercase) else map(str, range(1, count + 1))
    )
    grounds: list[Polygon] = []
    named = []
    for ring in rings:
        corners = tuple(_corner(next(names), lon, lat) for lon, lat in ring)
        ground = Polygon(ring) if len(ring) >= 3 else Polygon()
        is_exclusion = not ground.is_empty and any(
            outer.contains(ground.representative_point()) for outer in grounds
        )
        if not is_exclusion and not ground.is_empty:
            grounds.append(ground)
        named.append(Ring(corners, is_exclusion))
    return named


def _corner(label: str, lon: float, lat: float) -> Corner:
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise UnusableInput(
            "geometry.not-a-position", where=label, corner=label, lon=str(lon), lat=str(lat)
        )
    return Corner(label, "", lon, lat, lon, lat)


def _open(ring: Places) -> Places:
    """Drop a last corner that repeats the first."""
    return ring[:-1] if len(ring) > 1 and tuple(ring[0]) == tuple(ring[-1]) else ring
