"""Find what is wrong with rings of corners, in words a surveyor would use: corner, side, way out.

Corners are numbered from 1 over the rings as filed. Tests of nearness are made on a local plane in
metres, true enough over a permit; whether sides cross is decided on longitudes and latitudes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import METRES_PER_DEGREE, Position, polygons

SAME_PLACE_M = 0.05
SPIKE_DEGREES = 1.0
STRAIGHT_M = 0.05
SLIVER_WIDTH_M = 10.0
NECK_WIDTH_M = 20.0
MAX_CROSSINGS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A ring as bare positions; ``first`` is the number of its first corner."""

    corners: tuple[Position, ...]
    is_exclusion: bool
    first: int

    def number(self, index: int) -> int:
        """Give the number of a corner from its place in the ring, counted round."""
        return self.first + index % len(self.corners)

    def side(self, index: int) -> str:
        """Name the side that leaves a corner, such as ``3-4``."""
        return f"{self.number(index)}-{self.number(index + 1)}"


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault of form, at a corner and with its place on the map when it has one."""

    code: str
    corner: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    geometry: BaseGeometry | None = None


def number_lines(lines: Sequence[tuple[Sequence[Position], bool]]) -> tuple[Line, ...]:
    """Number the corners of lines, each told to be an exclusion or not."""
    numbered, first = [], 1
    for corners, is_exclusion in lines:
        numbered.append(Line(tuple(corners), is_exclusion, first))
        first += len(corners)
    return tuple(numbered)


def find_defects(lines: Sequence[Line]) -> tuple[Defect, ...]:
    """Find every fault of form of a perimeter, ring by ring, then between rings.

    An empty answer does not prove a polygon valid: ask shapely too.
    """
    if not any(len(line.corners) >= 3 and not line.is_exclusion for line in lines):
        return (Defect("geometry.empty"),)
    found: list[Defect] = []
    for line in lines:
        if len(set(line.corners)) < 3:
            found.append(Defect("geometry.too-few-corners", line.first, {"ring": line.first}))
            continue
        found += corner_defects(line)
        found += _crossings(line)
        found += _repeated(line)
        found += _orientation(line)
    sound = [line for line in lines if len(set(line.corners)) >= 3]
    found += _between_rings(sound)
    found += _thinness(sound)
    return tuple(found)


def corner_defects(line: Line) -> Iterator[Defect]:
    """Find faults at single corners: written twice, turning back, or not turning at all."""
    yield from _duplicates(line)
    yield from _angles(line)


def _plane(corners: Sequence[Position]) -> np.ndarray:
    """Lay corners on a local plane in metres (equirectangular at their mean latitude)."""
    xy = np.asarray(corners, dtype=float)
    middle = xy.mean(axis=0)
    stretch = max(math.cos(math.radians(middle[1])), 1e-6)
    return (xy - middle) * METRES_PER_DEGREE * (stretch, 1.0)


def _duplicates(line: Line) -> Iterator[Defect]:
    plane = _plane(line.corners)
    for index, step in enumerate(np.roll(plane, -1, axis=0) - plane):
        if float(np.hypot(*step)) <= SAME_PLACE_M:
            again = (index + 1) % len(line.corners)
            yield Defect(
                "geometry.duplicate-corner", line.number(again),
                {"corner": line.number(again), "other": line.number(index)},
                Point(line.corners[again]),
            )  # fmt: skip


def _angles(line: Line) -> Iterator[Defect]:
    """Find corners where the line turns back on itself, or does not turn at all."""
    plane = _plane(line.corners)
    before, after = np.roll(plane, 1, axis=0) - plane, np.roll(plane, -1, axis=0) - plane
    for index, (a, b) in enumerate(zip(before, after, strict=True)):
        lengths = float(np.hypot(*a)), float(np.hypot(*b))
        if min(lengths) <= SAME_PLACE_M:
            continue
        cross, dot = float(a[0] * b[1] - a[1] * b[0]), float(a @ b)
        angle = math.degrees(math.atan2(abs(cross), dot))
        chord = float(np.hypot(*(b - a)))
        code = None
        if angle < SPIKE_DEGREES:
            code = "geometry.spike"
        elif dot < 0 and abs(cross) / chord <= STRAIGHT_M:
            code = "geometry.collinear-corner"
        if code:
            values = {"corner": line.number(index), "angle": round(angle, 2)}
            yield Defect(code, line.number(index), values, Point(line.corners[index]))


def crossing_sides(line: Line) -> Iterator[tuple[int, int, BaseGeometry]]:
    """Give pairs of sides of a ring that meet elsewhere than at a shared corner, and where."""
    count = len(line.corners)
    ring = [*line.corners, line.corners[0]]
    segments = np.array([LineString(pair) for pair in pairwise(ring)])
    pairs = shapely.STRtree(segments).query(segments, predicate="intersects").T
    for i, j in sorted((int(i), int(j)) for i, j in pairs if i < j):
        if j - i not in (1, count - 1):
            yield i, j, shapely.intersection(segments[i], segments[j])


def _crossings(line: Line) -> Iterator[Defect]:
    told = 0
    for i, j, place in crossing_sides(line):
        if told == MAX_CROSSINGS:
            yield Defect("geometry.more-crossings", line.number(i), {"told": told})
            return
        corner = _corner_there(line, place)
        values: dict[str, Any] = {"side": line.side(i), "other_side": line.side(j)}
        if corner is not None:
            if _is_repeated(line, corner):
                continue
            told += 1
            values["corner"] = line.number(corner)
            yield Defect("geometry.self-touching", line.number(corner), values, place)
            continue
        told += 1
        swap = _swap(line, i, j)
        code = "geometry.self-crossing"
        if swap:
            code, values = "geometry.self-crossing-swap", values | {
                "first": line.number(swap[0]), "second": line.number(swap[1])
            }  # fmt: skip
        yield Defect(code, line.number(j), values, place)


def _corner_there(line: Line, place: BaseGeometry) -> int | None:
    """Find the corner that lies where two sides meet; None when they meet between corners."""
    if not isinstance(place, Point):
        return None
    here = (place.x, place.y)
    near = (i for i, c in enumerate(line.corners) if math.dist(c, here) * METRES_PER_DEGREE < 0.01)
    return next(near, None)


def _is_repeated(line: Line, corner: int) -> bool:
    return line.corners.count(line.corners[corner]) > 1


def _repeated(line: Line) -> Iterator[Defect]:
    """Find a corner to which the line comes back later on."""
    seen: dict[Position, int] = {}
    count = len(line.corners)
    for index, corner in enumerate(line.corners):
        before = seen.setdefault(corner, index)
        if index - before not in (0, 1, count - 1):
            yield Defect(
                "geometry.corner-twice", line.number(index),
                {"corner": line.number(index), "other": line.number(before)}, Point(corner),
            )  # fmt: skip


def uncrossed(line: Line, i: int, j: int) -> tuple[Position, ...]:
    """Give the ring in which the corners between two crossing sides are walked the other way."""
    corners = line.corners
    return corners[: i + 1] + corners[i + 1 : j + 1][::-1] + corners[j + 1 :]


def _swap(line: Line, i: int, j: int) -> tuple[int, int] | None:
    """Name the two neighbouring corners whose swap uncrosses a ring, when that is the cure."""
    count = len(line.corners)
    if j - i == 2:
        first, second = i + 1, j
    elif count - (j - i) == 2:
        first, second = (j + 1) % count, i
    else:
        return None
    corners = list(line.corners)
    corners[first], corners[second] = corners[second], corners[first]
    return (first, second) if Polygon(corners).is_valid else None


def _orientation(line: Line) -> Iterator[Defect]:
    ring = shapely.LinearRing(line.corners)
    if ring.is_simple and ring.is_ccw == line.is_exclusion:
        yield Defect("geometry.orientation", line.first, {"corner": line.first})


def _between_rings(lines: Sequence[Line]) -> Iterator[Defect]:
    shapes = [(line, Polygon(line.corners)) for line in lines]
    outer = [(line, shape) for line, shape in shapes if not line.is_exclusion and shape.is_valid]
    holes = [(line, shape) for line, shape in shapes if line.is_exclusion and shape.is_valid]
    for line, shape in holes:
        yield from _hole(line, shape, [ground for _, ground in outer])
    for code, group in (("geometry.parts-overlap", outer), ("geometry.holes-overlap", holes)):
        for (first, a), (second, b) in combinations(group, 2):
            values = {"corner": first.first, "other": second.first}
            if shapely.relate_pattern(a, b, "2********"):
                yield Defect(code, second.first, values, shapely.intersection(a, b))
            elif a.touches(b) and code == "geometry.parts-overlap":
                touching = shapely.intersection(a, b)
                yield Defect("geometry.parts-touch", second.first, values, touching)


def _hole(line: Line, shape: Polygon, parts: list[Polygon]) -> Iterator[Defect]:
    home = next((part for part in parts if part.intersects(shape)), None)
    if home is None or not home.covers(shape):
        yield Defect("geometry.hole-outside", line.first, {"corner": line.first}, shape)
    elif not home.contains_properly(shape):
        contact = shapely.intersection(home.exterior, shape.exterior)
        yield Defect("geometry.hole-touches", line.first, {"corner": line.first}, contact)


def _thinness(lines: Sequence[Line]) -> Iterator[Defect]:
    """Find parts that are mere strips, and necks across which a part would fall in two."""
    for line in lines:
        polygon = Polygon(_plane(line.corners))
        if line.is_exclusion or not polygon.is_valid or polygon.area == 0:
            continue
        width = 2 * polygon.area / polygon.length
        here = Polygon(line.corners)
        if width < SLIVER_WIDTH_M:
            values = {"corner": line.first, "width": round(width, 2)}
            yield Defect("geometry.sliver", line.first, values, here)
        elif len(polygons(polygon.buffer(-NECK_WIDTH_M / 2))) > 1:
            values = {"corner": line.first, "width": NECK_WIDTH_M}
            yield Defect("geometry.narrow-neck", line.first, values, here)
