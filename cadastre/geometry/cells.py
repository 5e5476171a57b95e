"""Change perimeters made of cells: leave some out, keep fewer, move them along the grid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import TooLarge
from cadastre.geometry.crs import is_geographic
from cadastre.geometry.grid import MAX_CELLS, Cell, CellGrid, cells_of, draw_cells
from cadastre.geometry.overlap import is_technical
from cadastre.geometry.perimeter import ELLIPSOID, project, unproject
from cadastre.geometry.sound import sound
from cadastre.vocabulary import EdgeModel

NEXT = ((1, 0), (-1, 0), (0, 1), (0, -1))
# Less of a cell than this is the noise of a projection, not ground.
NOISE = 1e-9
MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class Measure:
    """How the law tells a real overlap from the rounding of corners."""

    model: EdgeModel
    crs: str
    tolerance_m: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Cells that hang together by their sides, and the ground they make (EPSG:4326)."""

    cells: tuple[Cell, ...]
    ground: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Move:
    """A perimeter moved by whole cells: steps east and north (negative: west, south), metres."""

    across: int
    along: int
    across_m: float
    along_m: float
    ground: Polygon | MultiPolygon

    @property
    def distance_m(self) -> float:
        """Give the length of the move."""
        return math.hypot(self.across_m, self.along_m)


def connected(cells: Iterable[Cell]) -> tuple[tuple[Cell, ...], ...]:
    """Part cells into groups that hang together by their sides; largest first, then from west."""
    left, groups = set(cells), []
    while left:
        waiting = [left.pop()]
        group = set(waiting)
        while waiting:
            column, row = waiting.pop()
            near = {(column + across, row + along) for across, along in NEXT} & left
            left -= near
            group |= near
            waiting += near
        groups.append(tuple(sorted(group)))
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def entered_by(
    cells: Sequence[Cell], obstacles: Iterable[BaseGeometry], grid: CellGrid, measure: Measure
) -> set[Cell]:
    """List the cells that obstacles (EPSG:4326) really enter, by more than rounding of corners."""
    taken = project(shapely.union_all([sound(one) for one in obstacles]), grid.crs)
    if not cells or taken.is_empty:
        return set()
    boxes = grid.boxes(cells)
    shared = shapely.intersection(boxes, taken)
    touched = np.flatnonzero(shapely.area(shared) > NOISE * shapely.area(boxes))
    return {
        cells[place]
        for place in touched.tolist()
        if not is_technical(
            unproject(shared[place], grid.crs), measure.model, measure.crs, measure.tolerance_m
        )
    }


def pieces_of(cells: Iterable[Cell], grid: CellGrid) -> tuple[Piece, ...]:
    """Draw each group of cells that hang together."""
    return tuple(Piece(group, draw_cells(group, grid)) for group in connected(cells))


def clip_to_cells(
    perimeter: BaseGeometry, obstacles: Iterable[BaseGeometry], grid: CellGrid, measure: Measure
) -> tuple[Piece, ...]:
    """Keep the whole cells of a perimeter that no obstacle enters, largest piece first."""
    whole = cells_of(perimeter, grid).whole
    return pieces_of(set(whole) - entered_by(whole, obstacles, grid, measure), grid)


def fewer(cells: Iterable[Cell], most: int) -> tuple[Cell, ...]:
    """Keep at most so many cells, in one piece: outer rows and columns go, shortest first.

    Of equal ones the farthest from the middle goes; of the last one only as many cells as must.
    """
    kept = set(cells)
    middle = tuple((min(axis) + max(axis)) / 2 for axis in zip(*kept, strict=True))
    while kept and len(kept) > most:
        _, _, line = min(
            (len(line), -abs(place - middle[axis]), line)
            for axis in (0, 1)
            for place in _ends(kept, axis)
            for line in [sorted(cell for cell in kept if cell[axis] == place)]
        )
        kept -= set(line[max(len(line) - (len(kept) - most), 0) :])
    return next(iter(connected(kept)), ())


def _ends(cells: set[Cell], axis: int) -> tuple[int, int]:
    places = [cell[axis] for cell in cells]
    return min(places), max(places)


def nearest_free(
    perimeter: BaseGeometry,
    obstacles: Sequence[BaseGeometry],
    grid: CellGrid,
    measure: Measure,
    limit_m: float,
) -> Iterator[Move]:
    """Move the cells of a perimeter to where no obstacle enters them, nearest places first.

    Raises
    ------
    TooLarge
        ``geometry.too-many-cells``: too wide to look around.
    """
    cells = cells_of(perimeter, grid).whole
    if not cells:
        return
    width_m, height_m = _cell_size_m(cells, grid)
    reach = tuple(min(int(limit_m // size), MOST_STEPS) for size in (width_m, height_m))
    taken = entered_by(_around(cells, reach), obstacles, grid, measure)
    for across, along in _steps(reach, (width_m, height_m), limit_m):
        moved = [(column + across, row + along) for column, row in cells]
        if taken.isdisjoint(moved):
            ground = draw_cells(moved, grid)
            yield Move(across, along, across * width_m, along * height_m, ground)


def _cell_size_m(cells: Sequence[Cell], grid: CellGrid) -> tuple[float, float]:
    if not is_geographic(grid.crs):
        return grid.step, grid.row_step
    west, south, east, north = grid.box(cells[0]).bounds
    _, _, across = ELLIPSOID.inv(west, south, east, south)
    _, _, along = ELLIPSOID.inv(west, south, west, north)
    return float(across), float(along)


def _around(cells: Sequence[Cell], reach: tuple[int, ...]) -> list[Cell]:
    columns, rows = (
        range(min(axis) - more, max(axis) + more + 1)
        for axis, more in zip(zip(*cells, strict=True), reach, strict=True)
    )
    if len(columns) * len(rows) > MAX_CELLS:
        raise TooLarge(
            "geometry.too-many-cells", count=len(columns) * len(rows), limit=MAX_CELLS
        )
    return [(column, row) for column in columns for row in rows]


def _steps(
    reach: tuple[int, ...], size_m: tuple[float, float], limit_m: float
) -> Iterator[tuple[int, int]]:
    """List the moves within the limit, nearest first; of equals, along one axis first."""
    moves = [
        (math.hypot(across * size_m[0], along * size_m[1]), across, along)
        for across in range(-reach[0], reach[0] + 1)
        for along in range(-reach[1], reach[1] + 1)
    ]
    ordered = sorted(moves, key=lambda m: (round(m[0], 3), m[1] != 0 and m[2] != 0, m))
    yield from ((across, along) for far, across, along in ordered if 0 < far <= limit_m)
