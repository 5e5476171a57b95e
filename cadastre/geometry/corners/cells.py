"""The pieces a coordinate table is made of, before they are corners."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Axis(StrEnum):
    """Which of the two coordinates a cell holds."""

    X = "x"  # easting or longitude
    Y = "y"  # northing or latitude


class Unit(StrEnum):
    """What a cell counts in."""

    DEGREE = "degree"
    GRADE = "grade"
    METRE = "metre"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading of a cell: degrees (grades turned into degrees) or metres.

    ``repair`` is the code of what had to be assumed, None when the cell is written as it should be.
    """

    value: float
    assumed: str
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One coordinate as printed, with every reading it admits, likeliest first.

    ``sign`` is -1 or 1 when a hemisphere or a minus says it, else None; ``hemisphere`` the letter
    that was printed.
    """

    text: str
    candidates: tuple[Candidate, ...]
    unit: Unit
    axis: Axis | None = None
    sign: int | None = None
    hemisphere: str | None = None

    @property
    def value(self) -> float:
        """The likeliest reading, with its sign when it has one."""
        return self.candidates[0].value * (self.sign or 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One corner as laid out: its label, its cells in printed order, its place in the text."""

    label: str
    cells: tuple[Cell, ...]
    line: int
    text: str = field(default="")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one segment, and what could not be made a corner of.

    ``layout`` is ``rows``, ``cells`` (one cell to a line) or ``columns`` (one column after the
    other);
    ``damaged`` holds lines that begin like a corner and do not end like one; ``second`` the same
    corners
    printed in another unit; ``rivals`` other whole readings of the same table, by convention.
    """

    rows: tuple[Row, ...]
    layout: str = "rows"
    damaged: tuple[Row, ...] = ()
    second: tuple[Row, ...] = ()
    convention: str = ""
    rivals: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    columns_said: tuple[Axis, ...] = ()
