"""Take ground away: the later right loses what is shared, or a straight strip, or everything."""

from __future__ import annotations

import math
from collections.abc import Iterator

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.overlap import clip_to_free
from cadastre.geometry.perimeter import ground, planar_area_m2, project, unproject
from cadastre.rules.resolution.cells import clip_cells, shrink_cells
from cadastre.rules.resolution.situation import LEFT, RIGHT, Resolution, Situation

FAR_DEGREES = 30.0
# A side pulled back further than this share of the perimeter is no longer the same project.
LEAST_KEPT = 0.1


def clip(situation: Situation) -> Iterator[Resolution]:
    """The one in the way gives up exactly the ground that is shared."""
    yield from _clip(situation, LEFT)


def clip_first(situation: Situation) -> Iterator[Resolution]:
    """Between two titles, the older may be the wrong one: it gives up the ground instead."""
    if situation.kind == "title-title":
        yield from _clip(situation, RIGHT)


def _clip(situation: Situation, side: str) -> Iterator[Resolution]:
    if (situation.left if side == LEFT else situation.right).grid is not None:
        yield from clip_cells(situation, side)
        return
    left, right = situation.left.ground, situation.right.ground
    mine, other = (left, right) if side == LEFT else (right, left)
    pieces = clip_to_free(
        mine, [other],
        model=situation.model, crs=situation.crs, tolerance_m=situation.tolerance_m,
    )  # fmt: skip
    if not pieces:
        return
    rest = whole(pieces)
    kind = "clip" if side == LEFT else "clip-first"
    after = (rest, right) if side == LEFT else (left, rest)
    values = {"number": _number(situation, side), "pieces": len(pieces)}
    yield Resolution(kind, kind, *after, pieces=pieces, values=values)


def shrink(situation: Situation) -> Iterator[Resolution]:
    """The one in the way pulls one side back, straight along the grid, beyond what is shared.

    Two grid lines are tried on each side: where the first runs along the other's border, straight
    lines between different corners may still cross by decimetres.
    """
    if situation.left.grid is not None:
        yield from shrink_cells(situation)
        return
    before = situation.left.ground
    kept = [
        (ground(before.intersection(half_plane(situation, axis, line, below=below))), side, line)
        for side, axis, line, below in _strips(situation)
    ]
    fitting = [
        strip for strip in kept
        if strip[0].area >= LEAST_KEPT * before.area
        and not situation.meets(strip[0], situation.right.ground)
    ]  # fmt: skip
    if fitting:
        after, side, line = max(fitting, key=lambda strip: strip[0].area)
        values = {"number": situation.left.number, "side": side, "line": round(line)}
        yield Resolution("shrink", "shrink", after, situation.right.ground, values=values)


def _strips(situation: Situation) -> Iterator[tuple[str, str, float, bool]]:
    """Name the grid lines that leave the shared ground outside: side pulled back, axis, line."""
    west, south, east, north = project(situation.shared, situation.crs).bounds
    step = situation.grid_step_m or 1.0
    for more in (0.0, step):
        yield "east", "x", math.floor(west / step + 1e-6) * step - more, True
        yield "west", "x", math.ceil(east / step - 1e-6) * step + more, False
        yield "north", "y", math.floor(south / step + 1e-6) * step - more, True
        yield "south", "y", math.ceil(north / step - 1e-6) * step + more, False


def half_plane(situation: Situation, axis: str, line: float, *, below: bool) -> BaseGeometry:
    """Draw all the ground on one side of a grid line, in longitude and latitude.

    The line runs straight between two corners just beyond both sides of the case, so that whatever
    is cut by it on either hand has the very same border.
    """
    both = project(shapely.union(situation.left.ground, situation.right.ground), situation.crs)
    west, south, east, north = both.bounds
    ends = [(line, south), (line, north)] if axis == "x" else [(west, line), (east, line)]
    (lon1, lat1), (lon2, lat2) = unproject(shapely.LineString(ends), situation.crs).coords
    far = -FAR_DEGREES if below else FAR_DEGREES
    # Beyond the two corners the line goes on along itself.
    lon1, lat1, lon2, lat2 = (
        lon1 - 9 * (lon2 - lon1), lat1 - 9 * (lat2 - lat1),
        lon2 + 9 * (lon2 - lon1), lat2 + 9 * (lat2 - lat1),
    )  # fmt: skip
    dx, dy = (far, 0.0) if axis == "x" else (0.0, far)
    return shapely.Polygon(
        [(lon1, lat1), (lon2, lat2), (lon2 + dx, lat2 + dy), (lon1 + dx, lat1 + dy)]
    )


def refuse(situation: Situation) -> Iterator[Resolution]:
    """The later application is refused; what was there before keeps everything."""
    if situation.left.occupant == "application":
        values = {"number": situation.left.number}
        yield Resolution("refuse", "refuse", None, situation.right.ground, values=values)


def whole(pieces: tuple[BaseGeometry, ...]) -> BaseGeometry:
    """Join separate pieces into one perimeter."""
    return pieces[0] if len(pieces) == 1 else ground(MultiPolygon(pieces))  # type: ignore[arg-type]


def area_m2(shape: BaseGeometry | None, situation: Situation) -> float:
    """Measure a ground on the plane of the law; none has no area."""
    return 0.0 if shape is None else planar_area_m2(shape, situation.crs)


def _number(situation: Situation, side: str) -> str:
    return (situation.left if side == LEFT else situation.right).number
