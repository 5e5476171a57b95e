"""The ways out that change ground, where the law makes perimeters of cells: whole cells only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.cells import clip_to_cells, connected, entered_by, nearest_free
from cadastre.geometry.grid import Cell, CellGrid, cells_of, draw_cells
from cadastre.rules.resolution.situation import LEFT, RIGHT, Resolution, Side, Situation

LEAST_KEPT = 0.1


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a side keeps, cell by cell, and how many it gives up."""

    cells: tuple[Cell, ...]
    lost: int


def clip_cells(situation: Situation, side: str) -> Iterator[Resolution]:
    """Let a side give up every cell that the other enters; whole ones remain."""
    mine, other = _sides(situation, side)
    if mine.grid is None:
        return
    before = cells_of(mine.ground, mine.grid).entered
    pieces = clip_to_cells(mine.ground, [other.ground], mine.grid, situation.measure)
    if not pieces:
        return
    kept = [cell for piece in pieces for cell in piece.cells]
    rest = draw_cells(kept, mine.grid)
    kind = "clip" if side == LEFT else "clip-first"
    left, right = (rest, other.ground) if side == LEFT else (other.ground, rest)
    values = {
        "number": mine.number, "how": "cells", "pieces": len(pieces), "cells": len(kept),
        "lost": len(before) - len(kept), "cell": mine.cell,
    }  # fmt: skip
    grounds = tuple(piece.ground for piece in pieces)
    yield Resolution(kind, kind, left, right, pieces=grounds, values=values)


def shift_cells(situation: Situation, others: Iterable[BaseGeometry]) -> Iterator[Resolution]:
    """Move the one in the way by whole cells to the nearest place that nothing enters."""
    left = situation.left
    if left.grid is None:
        return
    moves = nearest_free(
        left.ground, list(others), left.grid, situation.measure, situation.shift_limit_m
    )
    move = next(moves, None)
    if move is not None:
        values = {
            "number": left.number, "how": "cells", "distance": round(move.distance_m),
            "across": abs(move.across), "side_across": "east" if move.across >= 0 else "west",
            "along": abs(move.along), "side_along": "north" if move.along >= 0 else "south",
            "cell": left.cell,
        }  # fmt: skip
        yield Resolution("shift", "shift", move.ground, situation.right.ground, values=values)


def shrink_cells(situation: Situation) -> Iterator[Resolution]:
    """Pull one side of the one in the way back by whole rows, beyond what is shared."""
    left = situation.left
    if left.grid is None:
        return
    cells = cells_of(left.ground, left.grid).whole
    taken = entered_by(cells, [situation.right.ground], left.grid, situation.measure)
    found = [(kept, side) for side, kept in _pulled_back(cells, taken)]
    kept, side = max(found, key=lambda one: (len(one[0]), one[1]), default=((), ""))
    if taken and len(kept) >= max(LEAST_KEPT * len(cells), 1):
        values = {
            "number": left.number, "how": "cells", "side": side, "cells": len(kept),
            "lost": len(cells) - len(kept), "cell": left.cell,
        }  # fmt: skip
        after = draw_cells(kept, left.grid)
        yield Resolution("shrink", "shrink", after, situation.right.ground, values=values)


def _pulled_back(
    cells: tuple[Cell, ...], taken: set[Cell]
) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    for axis, low, high in ((0, "west", "east"), (1, "south", "north")):
        places = [cell[axis] for cell in taken]
        if places:
            yield high, tuple(cell for cell in cells if cell[axis] < min(places))
            yield low, tuple(cell for cell in cells if cell[axis] > max(places))


def share_cells(situation: Situation) -> Iterator[Resolution]:
    """Part the cells that both hold along a line of their grid, as evenly as whole ones allow."""
    left, right, grid = situation.left, situation.right, situation.left.grid
    if grid is None or right.grid != grid:
        return
    ours, theirs = (set(cells_of(side.ground, grid).whole) for side in (left, right))
    parted = [
        (_Kept(tuple(sorted(ours - far)), len(far)), _Kept(tuple(sorted(theirs - near)), len(near)))
        for near, far in _halves(ours & theirs, left.ground, right.ground, grid)
    ]
    both = [pair for pair in parted if pair[0].cells and pair[1].cells]
    if not both:
        return
    one, other = min(both, key=_evenness)
    values = {
        "left": left.number, "right": right.number, "how": "cells", "shared": one.lost + other.lost,
        "of_left": other.lost, "of_right": one.lost, "cell": left.cell,
    }  # fmt: skip
    after = draw_cells(one.cells, grid), draw_cells(other.cells, grid)
    yield Resolution("share", "share", *after, (LEFT, RIGHT), values=values)


def _evenness(pair: tuple[_Kept, _Kept]) -> tuple[int, int]:
    one, other = pair
    return abs(one.lost - other.lost), len(connected(one.cells)) + len(connected(other.cells))


def _halves(
    shared: set[Cell], left: BaseGeometry, right: BaseGeometry, grid: CellGrid
) -> Iterator[tuple[set[Cell], set[Cell]]]:
    """Cut shared cells at every line: those that stay with the left, those with the right."""
    for axis in (0, 1):
        is_low = left.centroid.coords[0][axis] <= right.centroid.coords[0][axis]
        for line in sorted({cell[axis] for cell in shared})[1:]:
            low = {cell for cell in shared if cell[axis] < line}
            yield (low, shared - low) if is_low else (shared - low, low)


def free_of(mine: Side, other: Side, situation: Situation) -> BaseGeometry | None:
    """Give the whole cells of a side that the other does not enter; None when there are none."""
    if mine.grid is None:
        return None
    pieces = clip_to_cells(mine.ground, [other.ground], mine.grid, situation.measure)
    cells = [cell for piece in pieces for cell in piece.cells]
    return draw_cells(cells, mine.grid) if cells else None


def _sides(situation: Situation, side: str) -> tuple[Side, Side]:
    pair = situation.left, situation.right
    return pair if side == LEFT else (pair[1], pair[0])
