"""Move the perimeter in the way, whole, to the nearest free place of the same shape."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import ground, project, unproject
from cadastre.rules.resolution.cells import shift_cells
from cadastre.rules.resolution.situation import Resolution, Situation

DEFAULT_STEP_M = 100.0
MAX_TRIES = 20_000
MAX_LOOKS = 40


def shift(situation: Situation) -> Iterator[Resolution]:
    """Try whole grid steps, nearest first, within the limit of the ruleset.

    Only an application moves: ground that was granted stays where it was granted.
    """
    if situation.left.occupant != "application":
        return
    if situation.left.grid is not None:
        yield from shift_cells(situation, _others(situation))
        return
    step = situation.grid_step_m or DEFAULT_STEP_M
    plane = project(situation.left.ground, situation.crs)
    blocks = [
        project(other, situation.crs)
        for other in _others(situation)
        if not other.is_empty
    ]
    for dx, dy, moved in islice(_free(plane, blocks, step, situation.shift_limit_m), MAX_LOOKS):
        after = ground(unproject(moved, situation.crs))
        # Sides that run along a border on the plane may still cross it between far corners.
        if not any(situation.meets(after, other) for other in _others(situation)):
            values = {
                "number": situation.left.number, "step": step,
                "distance": round(math.hypot(dx, dy)),
                "across": abs(dx), "side_across": "east" if dx >= 0 else "west",
                "along": abs(dy), "side_along": "north" if dy >= 0 else "south",
            }  # fmt: skip
            yield Resolution("shift", "shift", after, situation.right.ground, values=values)
            return


def _others(situation: Situation) -> tuple[BaseGeometry, ...]:
    return situation.right.ground, *situation.obstacles


def _free(
    plane: BaseGeometry, blocks: Sequence[BaseGeometry], step: float, limit_m: float
) -> Iterator[tuple[float, float, BaseGeometry]]:
    reach = plane.buffer(limit_m)
    taken = shapely.union_all([block for block in blocks if block.intersects(reach)])
    taken = taken.buffer(-0.5)  # borders may be shared
    shapely.prepare(taken)
    for dx, dy in _moves(step, limit_m):
        moved = translate(plane, dx, dy)
        if not shapely.intersects(taken, moved):
            yield dx, dy, moved


def _moves(step: float, limit_m: float) -> Iterator[tuple[float, float]]:
    """List the moves within the limit, nearest first; of equals, along one axis first."""
    most = min(int(limit_m // step), int(math.sqrt(MAX_TRIES) / 2))
    steps = range(-most, most + 1)
    moves = [
        (east * step, north * step)
        for east in steps
        for north in steps
        if 0 < math.hypot(east, north) * step <= limit_m
    ]
    yield from sorted(moves, key=lambda m: (round(math.hypot(*m), 3), m[0] != 0 and m[1] != 0, m))
