"""Cut a country into cells: which cells a perimeter takes, whether it is made of whole ones.

A cell is counted from the origin of the CRS: column and row are whole multiples of the step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import TooLarge
from cadastre.geometry.perimeter import ground, project, unproject
from cadastre.geometry.sound import sound

MAX_CELLS = 50_000
# Share of a cell below which it is not taken: corners printed to a tenth of a second miss the grid.
TOUCHED = 0.01

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A grid of square cells: ``step`` is in degrees for a geographic CRS, else in metres."""

    crs: str
    step: float

    def box(self, cell: Cell) -> Polygon:
        """Draw a cell, in the CRS of the grid."""
        column, row = cell
        west, south = self._at(column), self._at(row)
        return shapely.box(west, south, self._at(column + 1), self._at(row + 1))

    def _at(self, line: int) -> float:
        # A whole division: each line of a 30" grid has one number, whichever cell asks for it.
        per_unit = round(1 / self.step) if self.step < 1 else 0
        return line / per_unit if per_unit else line * self.step


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
    west, south, east, north = (edge / grid.step for edge in shape.bounds)
    columns = range(math.floor(west), math.ceil(east) + 1)
    rows = range(math.floor(south), math.ceil(north) + 1)
    if len(columns) * len(rows) > MAX_CELLS:
        raise TooLarge(
            "geometry.too-many-cells", count=len(columns) * len(rows), limit=MAX_CELLS
        )
    cells = [(column, row) for column in columns for row in rows]
    boxes = np.array([grid.box(cell) for cell in cells], dtype=object)
    shares = shapely.area(shapely.intersection(boxes, shape)) / shapely.area(boxes)
    whole = tuple(c for c, share in zip(cells, shares, strict=True) if share >= 1 - TOUCHED)
    partial = tuple(c for c, s in zip(cells, shares, strict=True) if TOUCHED < s < 1 - TOUCHED)
    return CellCount(whole, partial)


def draw_cells(cells: tuple[Cell, ...], grid: CellGrid) -> Polygon | MultiPolygon:
    """Draw cells as one perimeter (EPSG:4326), without the corners inside straight sides."""
    union = shapely.union_all([grid.box(cell) for cell in cells])
    return ground(unproject(shapely.simplify(union, 0), grid.crs))


def snap_outward(perimeter: BaseGeometry, grid: CellGrid) -> Polygon | MultiPolygon:
    """Give the perimeter of every cell entered."""
    return draw_cells(cells_of(perimeter, grid).entered, grid)


def snap_inward(perimeter: BaseGeometry, grid: CellGrid) -> Polygon | MultiPolygon:
    """Give the perimeter of the cells wholly inside; empty when there is none."""
    return draw_cells(cells_of(perimeter, grid).whole, grid)


