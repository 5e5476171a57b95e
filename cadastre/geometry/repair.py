"""Propose rings in which faults of form are cured. Nothing is ever applied without a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry.perimeter import Position, geodesic_area_m2, perimeter_of, polygons
from cadastre.geometry.sound import MAX_CROSSINGS, count_meetings, sound
from cadastre.geometry.validity import Line, corner_defects, crossing_sides, number_lines, uncrossed

REMOVABLE = ("geometry.duplicate-corner", "geometry.spike")
MAX_UNCROSSINGS = 20
MAX_REMOVED = 20


@dataclass(frozen=True, slots=True)
class Repair:
    """A valid perimeter near the one filed; ``how`` names what was done to it."""

    how: str  # remove-corners, reorder, make-valid, keep-largest
    perimeter: Polygon | MultiPolygon
    values: dict[str, Any] = field(default_factory=dict)


def propose_repairs(lines: Sequence[Line]) -> tuple[Repair, ...]:
    """Propose the repairs that end in a valid perimeter, the gentlest first, each once."""
    found: list[Repair] = []
    for repair in _attempts(lines):
        is_new = all(not repair.perimeter.equals(other.perimeter) for other in found)
        if repair.perimeter.is_valid and repair.perimeter.area > 0 and is_new:
            found.append(repair)
    return tuple(found)


def _attempts(lines: Sequence[Line]) -> Iterator[Repair]:
    cleaned, removed = remove_corners(lines)
    if removed:
        yield Repair("remove-corners", _build(cleaned), {"corners": removed})
    filed = _build(lines)
    if filed.is_valid or count_meetings(filed) > MAX_CROSSINGS:
        return
    reordered = tuple(Line(_uncross(line), line.is_exclusion, line.first) for line in cleaned)
    if any(new.corners != old.corners for new, old in zip(reordered, cleaned, strict=True)):
        yield Repair("reorder", _build(reordered), {"corners": removed})
    pieces = polygons(sound(filed))
    if pieces:
        yield Repair("make-valid", MultiPolygon(pieces), {"parts": len(pieces)})
    if len(pieces) > 1:
        largest = max(pieces, key=geodesic_area_m2)
        share = geodesic_area_m2(largest) / sum(geodesic_area_m2(piece) for piece in pieces)
        yield Repair("keep-largest", largest, {"share": round(100 * share, 1)})


def _build(lines: Sequence[Line]) -> Polygon | MultiPolygon:
    return perimeter_of([(line.corners, line.is_exclusion) for line in lines])


def remove_corners(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[int]]:
    """Take out duplicate corners and spikes until none is left, or too many were taken.

    Gives the new lines and the numbers, as filed, of the corners taken out.
    """
    removed: list[int] = []
    kept: list[tuple[list[Position], bool]] = []
    for line in lines:
        corners = [(line.number(i), corner) for i, corner in enumerate(line.corners)]
        while len(corners) > 3 and len(removed) < MAX_REMOVED:
            bare = Line(tuple(position for _, position in corners), line.is_exclusion, 0)
            bad = next((d for d in corner_defects(bare) if d.code in REMOVABLE), None)
            if bad is None or bad.corner is None:
                break
            removed.append(corners.pop(bad.corner)[0])
        kept.append(([position for _, position in corners], line.is_exclusion))
    return number_lines(kept), sorted(removed)


def _uncross(line: Line) -> tuple[Position, ...]:
    """Walk corners between crossing sides the other way until no side crosses another."""
    for _ in range(MAX_UNCROSSINGS):
        crossing = next(crossing_sides(line), None)
        if crossing is None:
            break
        line = Line(uncrossed(line, crossing[0], crossing[1]), line.is_exclusion, line.first)
    return line.corners
