"""Cut a country into cells: which cells a perimeter takes, whether it is made of whole ones.

A cell is counted from the origin of the CRS: column and row are whole multiples of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import TooLarge
from cadastre.geometry.crs import is_geographic
from cadastre.geometry.perimeter import ground, project, unproject
from cadastre.geometry.sound import sound

MAX_CELLS = 50_000
# Share of a cell below which it is not taken: corners printed to a tenth of a second miss the grid.
TOUCHED = 0.01

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A grid of equal cells: steps are in degrees for a geographic CRS, else in metres.

    ``height`` is None for square cells. ``west`` and ``east`` are the meridians (degrees) between
    which the grid is used, where a country has one grid for each of its zones.
    """

    crs: str
    step: float
    height: float | None = None
    west: float = -180.0
    east: float = 180.0

    @property
    def id(self) -> str:
        """Name the grid in the register: system and steps, in seconds or metres."""
        scale, unit = (3600, "s") if is_geographic(self.crs) else (1, "m")
        steps = (f"{round(step * scale, 6):g}" for step in (self.step, self.row_step))
        return f"{self.crs}/{'x'.join(steps)}{unit}"

    @property
    def row_step(self) -> float:
        """Give the height of a cell."""
        return self.step if self.height is None else self.height

    def box(self, cell: Cell) -> Polygon:
        """Draw a cell, in the CRS of the grid."""
        return Polygon(self.boxes([cell])[0])

    def boxes(self, cells: Sequence[Cell]) -> NDArray[np.object_]:
        """Draw cells, in the CRS of the grid."""
        columns, rows = np.asarray(cells, dtype=np.int64).reshape(-1, 2).T
        across, along = partial(_at, self.step), partial(_at, self.row_step)
        drawn = shapely.box(across(columns), along(rows), across(columns + 1), along(rows + 1))
        return np.asarray(drawn, dtype=object)

    def distance_from(self, lon: float) -> float:
        """Tell by how many degrees a meridian misses the grid's zone; 0 inside."""
        return max(self.west - lon, lon - self.east, 0.0)


def _at(step: float, lines: NDArray[np.int64]) -> NDArray[np.float64]:
    # A whole division: each line of a 30" grid has one number, whichever cell asks for it.
    per_unit = round(1 / step)
    is_part = step < 1 and abs(1 / step - per_unit) < 1e-6
    return np.asarray(lines / per_unit if is_part else lines * step, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CellCount:
    """The cells of a perimeter: ``whole`` are covered, ``partial`` only entered; both sorted."""

    whole: tuple[Cell, ...]
    partial: tuple[Cell, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether the perimeter is made of whole cells."""
        return bool(self.whole) and not self.partial

    @property
    def entered(self) -> tuple[Cell, ...]:
        """List every cell the perimeter takes, wholly or in part."""
        return tuple(sorted(self.whole + self.partial))


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Neighbouring cells of one row, from the first column to the last, both taken."""

    row: int
    first: int
    last: int


def runs_of(cells: Iterable[Cell]) -> tuple[Run, ...]:
    """Write cells as runs, row by row; no two runs of a row touch."""
    runs: list[Run] = []
    for column, row in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        if runs and runs[-1].row == row and runs[-1].last >= column - 1:
            runs[-1] = Run(row, runs[-1].first, column)
        else:
            runs.append(Run(row, column, column))
    return tuple(runs)


def cells_in(runs: Iterable[Run]) -> Iterator[Cell]:
    """List the cells of runs."""
    for run in runs:
        yield from ((column, run.row) for column in range(run.first, run.last + 1))


def cells_of(perimeter: BaseGeometry, grid: CellGrid) -> CellCount:
    """Count the cells of a perimeter (EPSG:4326), forgiving one hundredth of a cell.

    Raises
    ------
    TooLarge
        ``geometry.too-many-cells``.
    """
    shape = sound(project(perimeter, grid.crs))
    if shape.is_empty:
        return CellCount((), ())
    west, south, east, north = shape.bounds
    columns = range(math.floor(west / grid.step), math.ceil(east / grid.step) + 1)
    rows = range(math.floor(south / grid.row_step), math.ceil(north / grid.row_step) + 1)
    if len(columns) * len(rows) > MAX_CELLS:
        raise TooLarge(
            "geometry.too-many-cells", count=len(columns) * len(rows), limit=MAX_CELLS
        )
    cells = [(column, row) for column in columns for row in rows]
    shares = _shares(shape, grid.boxes(cells))
    whole = tuple(c for c, share in zip(cells, shares, strict=True) if share >= 1 - TOUCHED)
    partial = tuple(c for c, s in zip(cells, shares, strict=True) if TOUCHED < s < 1 - TOUCHED)
    return CellCount(whole, partial)


def _shares(shape: BaseGeometry, boxes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Give the part of each box that a shape covers, 0 to 1."""
    covered = shapely.area(shapely.intersection(boxes, shape))
    return np.asarray(covered / shapely.area(boxes), dtype=np.float64)


def draw_cells(cells: Iterable[Cell], grid: CellGrid) -> Polygon | MultiPolygon:
    """Draw cells as one perimeter (EPSG:4326).

    On meridians and parallels the corners inside straight sides are left out. On a plane they are
    kept: a straight side of the plane is bent in degrees, and two neighbours of different length
    would cross each other between their far corners.
    """
    union = shapely.union_all(grid.boxes(sorted(cells)))
    if is_geographic(grid.crs):
        union = shapely.simplify(union, 0)
    return ground(unproject(union, grid.crs))


def fit(perimeter: BaseGeometry, grid: CellGrid) -> Polygon | MultiPolygon | None:
    """Give exactly the cells that a perimeter is made of; None where it is not of whole cells.

    Corners printed to a tenth of a second miss the grid by metres: what two neighbours hold must
    be the cells themselves, or they would overlap by that much.
    """
    count = cells_of(perimeter, grid)
    return draw_cells(count.whole, grid) if count.is_whole else None


def snap_outward(perimeter: BaseGeometry, grid: CellGrid) -> Polygon | MultiPolygon:
    """Give the perimeter of every cell entered."""
    return draw_cells(cells_of(perimeter, grid).entered, grid)


def snap_inward(perimeter: BaseGeometry, grid: CellGrid) -> Polygon | MultiPolygon:
    """Give the perimeter of the cells wholly inside; empty when there is none."""
    return draw_cells(cells_of(perimeter, grid).whole, grid)
