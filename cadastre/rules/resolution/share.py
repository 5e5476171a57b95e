"""Share disputed ground in two equal halves by a straight line, if both sides agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.overlap import clip_to_free
from cadastre.geometry.perimeter import ground, project
from cadastre.rules.resolution.cells import share_cells
from cadastre.rules.resolution.clip import half_plane, whole
from cadastre.rules.resolution.situation import LEFT, RIGHT, Resolution, Situation

BISECTIONS = 30  # a millimetre in a thousand kilometres


@dataclass(frozen=True, slots=True)
class Halves:
    """The shared ground cut in two: which half stays with whom."""

    of_left: BaseGeometry
    plane_of_left: BaseGeometry
    plane_of_right: BaseGeometry
    axis: str
    line: float


def share(situation: Situation) -> Iterator[Resolution]:
    """Cut along the grid so that each keeps half, the half that touches its own ground."""
    if not situation.right.is_right:
        return
    if situation.left.grid is not None or situation.right.grid is not None:
        yield from share_cells(situation)
        return
    found = [done for axis in ("x", "y") if (done := _by_axis(situation, axis))]
    if found:
        yield min(found, key=lambda done: (done[0], done[1].values["axis"]))[1]


def _by_axis(situation: Situation, axis: str) -> tuple[int, Resolution] | None:
    """Give the sharing along one axis, with the number of pieces it leaves."""
    halves = _halves(situation, axis)
    left, right = situation.left.ground, situation.right.ground
    sides = []
    # What is taken away is cut from the other's whole ground: the border then is its very own side.
    for mine, lost in (
        (left, right.intersection(halves.plane_of_right)),
        (right, left.intersection(halves.plane_of_left)),
    ):
        pieces = clip_to_free(
            mine, [lost],
            model=situation.model, crs=situation.crs, tolerance_m=situation.tolerance_m,
        )  # fmt: skip
        if not pieces:
            return None
        sides.append(pieces)
    left, right = (whole(pieces) for pieces in sides)
    if situation.meets(left, right):
        return None
    half = project(halves.of_left, situation.crs).area / 10_000
    values = {
        "left": situation.left.number, "right": situation.right.number, "axis": halves.axis,
        "line": round(halves.line, 1), "half": round(half, 4),
    }  # fmt: skip
    done = Resolution("share", "share", left, right, (LEFT, RIGHT), values=values)
    return sum(map(len, sides)), done


def _halves(situation: Situation, axis: str) -> Halves:
    line = _equal_line(situation, axis)
    below = half_plane(situation, axis, line, below=True)
    above = half_plane(situation, axis, line, below=False)
    low = ground(situation.shared.intersection(below))
    high = ground(situation.shared.intersection(above))
    middle = 0 if axis == "x" else 1
    left, right = (
        side.ground.centroid.coords[0][middle] for side in (situation.left, situation.right)
    )
    if left <= right:
        return Halves(low, below, above, axis, line)
    return Halves(high, above, below, axis, line)


def _equal_line(situation: Situation, axis: str) -> float:
    """Find by halving the grid line that has half of the shared ground on each side."""
    plane = project(situation.shared, situation.crs)
    west, south, east, north = plane.bounds
    low, high = (west, east) if axis == "x" else (south, north)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = half_plane(situation, axis, middle, below=True)
        part = project(situation.shared.intersection(below), situation.crs)
        if part.area * 2 < plane.area:
            low = middle
        else:
            high = middle
    return (low + high) / 2
