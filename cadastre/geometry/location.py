"""Ask where a perimeter lies, and which common mistake would explain that it lies elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import from_lonlat, is_geographic, normalise, to_lonlat
from cadastre.geometry.perimeter import Position, perimeter_of, positions
from cadastre.geometry.reading import Ring
from cadastre.geometry.sound import sound

# Share of a perimeter that must fall inside for a mistake to count as explained.
EXPLAINED = 0.99


@dataclass(frozen=True, slots=True)
class Relocation:
    """A mistake in reading that would put the perimeter inside: ``how`` names it.

    ``how`` is swap-axes, other-side (E for O, N for S) or other-crs (zone or datum).
    """

    how: str
    perimeter: Polygon | MultiPolygon
    values: dict[str, Any] = field(default_factory=dict)


def share_inside(perimeter: BaseGeometry, area: BaseGeometry) -> float:
    """Give the part of a perimeter that lies in an area, from 0 to 1 (EPSG:4326, by degrees)."""
    shape = sound(perimeter)
    if shape.is_empty or shape.area == 0:
        return 0.0
    return min(float(shapely.intersection(shape, area).area / shape.area), 1.0)


def relocate(
    rings: Sequence[Ring], inside: BaseGeometry, crs: str, likely_crs: Sequence[str]
) -> tuple[Relocation, ...]:
    """List the mistakes that would explain a perimeter lying outside, likeliest first.

    Parameters
    ----------
    inside
        Where it ought to lie (the country, a region), EPSG:4326.
    crs
        The system the corners were read in; ``likely_crs`` are those tried instead.
    """
    found: list[Relocation] = []
    for relocation in mistakes_of(rings, crs, likely_crs):
        is_new = all(not relocation.perimeter.equals(other.perimeter) for other in found)
        if is_new and share_inside(relocation.perimeter, inside) >= EXPLAINED:
            found.append(relocation)
    return tuple(found)


def mistakes_of(rings: Sequence[Ring], crs: str, likely: Sequence[str]) -> Iterator[Relocation]:
    """Draw a perimeter again as each usual reading mistake would have it, wherever it then lies."""
    swapped = _moved(rings, lambda lon, lat: (lat, lon))
    if swapped:
        yield Relocation("swap-axes", swapped)
    for values, east, north in (("O/E", -1, 1), ("N/S", 1, -1), ("O/E, N/S", -1, -1)):
        turned = _moved(rings, partial(_turn, east, north))
        if turned:
            yield Relocation("other-side", turned, {"letters": values})
    yield from _other_systems(rings, crs, likely)


def _turn(east: int, north: int, lon: float, lat: float) -> Position:
    return east * lon, north * lat


def _moved(
    rings: Sequence[Ring], move: Callable[[float, float], Position]
) -> Polygon | MultiPolygon | None:
    lines = [([move(*p) for p in positions(ring)], ring.is_exclusion) for ring in rings]
    if any(abs(lon) > 180 or abs(lat) > 90 for line, _ in lines for lon, lat in line):
        return None
    return perimeter_of(lines)


def _other_systems(
    rings: Sequence[Ring], crs: str, likely: Sequence[str]
) -> Iterator[Relocation]:
    """Read the same numbers in each likely system of the same nature (angles, or metres)."""
    as_read = normalise(crs)
    for other in map(normalise, likely):
        if other == as_read or is_geographic(other) != is_geographic(as_read):
            continue
        try:
            yield Relocation("other-crs", _reread(rings, as_read, other), {"crs": other})
        except UnusableInput:
            continue


def _reread(rings: Sequence[Ring], crs: str, other: str) -> Polygon | MultiPolygon:
    lines = []
    for ring in rings:
        here = positions(ring)
        if not here:
            continue
        xs, ys = from_lonlat(crs, *zip(*here, strict=True))
        lons, lats = to_lonlat(other, xs.tolist(), ys.tolist())
        lines.append((list(zip(lons.tolist(), lats.tolist(), strict=True)), ring.is_exclusion))
    return perimeter_of(lines)
