"""Turn any geometry a file holds into rings of corners, under caps, or say why it is no perimeter.

Works on plain numbers: no geometry library has seen the input yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.geometry.reading import Note
from cadastre.vocabulary import NoteKind

Position = tuple[float, float]
Line = list[Position]
Part = list[Line]  # one outer ring, then its exclusions; the first corner is not repeated

_POLYGONS = {"Polygon": 1, "MultiPolygon": 2}
_LINES = {"LineString": 0, "MultiLineString": 1}
_POINTS = {"Point": -1, "MultiPoint": 0}
KINDS = {*_POLYGONS, *_LINES, *_POINTS, "GeometryCollection"}


@dataclass(slots=True)
class Shapes:
    """What one geometry holds: parts of polygons, lines, points, and what was noticed."""

    parts: list[Part] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    points: Line = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    has_heights: bool = False

    @property
    def is_points_only(self) -> bool:
        """Tell whether there are points and nothing else."""
        return bool(self.points) and not self.parts and not self.lines


def read_shapes(geometry: Mapping[str, Any], where: str, limits: Limits) -> Shapes:
    """Sort a geometry into polygons, lines and points of finite numbers, under the caps.

    Raises
    ------
    UnusableInput
        The structure is not that of a geometry, or a coordinate is no finite number.
    TooLarge
        More corners or parts than the caps allow.
    """
    shapes = Shapes()
    budget = _Budget(limits, where, shapes)
    for simple in _flatten(geometry, where, limits.depth):
        kind, coordinates = simple["type"], simple.get("coordinates")
        if kind in _POLYGONS:
            for part in _listed(coordinates, where) if kind == "MultiPolygon" else [coordinates]:
                rings = [budget.line(ring) for ring in _listed(part, where)]
                if any(rings):
                    shapes.parts.append([_opened(ring) for ring in rings if ring])
        elif kind in _LINES:
            for line in _listed(coordinates, where) if kind != "LineString" else [coordinates]:
                shapes.lines.append(budget.line(line))
        elif kind == "MultiPoint":
            shapes.points += budget.line(coordinates)
        elif coordinates:
            shapes.points.append(budget.position(coordinates))
    budget.settle()
    return shapes


def close_lines(shapes: Shapes, where: str, *, may_be_open: bool) -> None:
    """Read lines that come back to their start as rings, and say so.

    Raises
    ------
    UnusableInput
        ``exchange.open-line``: a line ends elsewhere and the format does not make it a border.
    """
    if shapes.parts or not shapes.lines:
        return
    for line in shapes.lines:
        is_closed = len(line) > 3 and line[0] == line[-1]
        if not is_closed and not may_be_open:
            raise UnusableInput("exchange.open-line", where=where)
        code = "exchange.line-as-ring" if is_closed else "exchange.line-closed"
        shapes.notes.append(Note(code, NoteKind.FACT if is_closed else NoteKind.DOUBT))
        shapes.parts.append([_opened(line)])
    shapes.lines = []


@dataclass(slots=True)
class _Budget:
    """Count corners while they are read, so that a large input stops early with its full count."""

    limits: Limits
    where: str
    shapes: Shapes
    count: int = 0

    def line(self, positions: Any) -> Line:
        listed = _listed(positions, self.where)
        self.count += len(listed) - (len(listed) > 1 and listed[0] == listed[-1])
        if self.count > self.limits.corners:
            return []
        return [self.position(one, counted=True) for one in listed]

    def position(self, value: Any, *, counted: bool = False) -> Position:
        self.count += not counted
        if not isinstance(value, (list, tuple)) or not 2 <= len(value) <= 4:
            raise UnusableInput("exchange.malformed-position", where=self.where)
        for number in value:
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                raise UnusableInput("exchange.malformed-position", where=self.where)
            # 1e308 is finite, and its area is not: no system on Earth counts to a thousand million.
            if abs(number) > 1e9 or not math.isfinite(number):
                raise UnusableInput("exchange.not-finite", where=self.where)
        self.shapes.has_heights |= len(value) > 2
        return float(value[0]), float(value[1])

    def settle(self) -> None:
        if self.count > self.limits.corners:
            raise TooLarge(
                "exchange.too-many-corners", where=self.where, count=self.count,
                limit=self.limits.corners,
            )
        if len(self.shapes.parts) > self.limits.parts:
            raise TooLarge(
                "exchange.too-many-parts", where=self.where, count=len(self.shapes.parts),
                limit=self.limits.parts,
            )


def _flatten(geometry: Any, where: str, depth: int) -> Iterator[Mapping[str, Any]]:
    if not isinstance(geometry, Mapping) or geometry.get("type") not in KINDS:
        kind = geometry.get("type") if isinstance(geometry, Mapping) else None
        raise UnusableInput("exchange.unknown-geometry", where=where, kind=str(kind)[:40])
    if geometry["type"] != "GeometryCollection":
        yield geometry
        return
    if depth <= 0:
        raise UnusableInput("exchange.too-deep", where=where, limit=depth)
    for inner in _listed(geometry.get("geometries"), where):
        yield from _flatten(inner, where, depth - 1)


def _listed(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise UnusableInput("exchange.malformed-position", where=where)
    return value


def _opened(ring: Line) -> Line:
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def positions(parts: Iterable[Part]) -> Iterator[Position]:
    """Walk every corner of every ring, in file order."""
    for part in parts:
        for ring in part:
            yield from ring
