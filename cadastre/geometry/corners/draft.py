"""A corner between the table and the map: which cell is which, and the reading chosen for each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cadastre.geometry.corners.cells import Candidate, Cell


@dataclass(frozen=True, slots=True)
class Draft:
    """A corner whose axes are known; ``x`` and ``y`` hold the chosen readings, signed."""

    label: str
    text: str
    line: int
    x_cell: Cell
    y_cell: Cell
    x_sign: int = 1
    y_sign: int = 1
    x_pick: int = 0
    y_pick: int = 0

    @property
    def x(self) -> float:
        """Easting in metres or longitude in degrees."""
        return self.x_sign * self.x_cell.candidates[self.x_pick].value

    @property
    def y(self) -> float:
        """Northing in metres or latitude in degrees."""
        return self.y_sign * self.y_cell.candidates[self.y_pick].value

    @property
    def choices(self) -> int:
        """How many readings this corner admits."""
        return len(self.x_cell.candidates) * len(self.y_cell.candidates)

    def readings(self) -> list[Draft]:
        """Give the corner under every reading of its cells."""
        return [
            replace(self, x_pick=x, y_pick=y)
            for x in range(len(self.x_cell.candidates))
            for y in range(len(self.y_cell.candidates))
        ]

    def settled(self) -> Draft:
        """Give the corner with the other readings forgotten."""
        return replace(
            self,
            x_cell=_only(self.x_cell, self.x_pick),
            y_cell=_only(self.y_cell, self.y_pick),
            x_pick=0,
            y_pick=0,
        )

    def assumed(self) -> str:
        """Write the chosen readings, x first."""
        return f"{_written(self.x_cell, self.x_pick)} {_written(self.y_cell, self.y_pick)}"


def _only(cell: Cell, pick: int) -> Cell:
    return replace(cell, candidates=(cell.candidates[pick],))


def _written(cell: Cell, pick: int) -> str:
    chosen: Candidate = cell.candidates[pick]
    return f"{chosen.assumed} {cell.hemisphere}" if cell.hemisphere else chosen.assumed
