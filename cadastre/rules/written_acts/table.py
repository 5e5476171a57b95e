"""Find the table of corners on the page, cell by cell, and have it read as any pasted table is.

The page tells what a pasted text cannot: which signs stand in one cell. A cell with three numbers
is degrees, minutes and seconds whatever its marks were taken for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cadastre.errors import UnusableInput
from cadastre.geometry.corners import Hints, read_corners
from cadastre.geometry.corners.characters import fold
from cadastre.geometry.reading import Reading
from cadastre.rules.written_acts.flow import UNSURE
from cadastre.rules.written_acts.page import Box, Cell, Line

HEADINGS = 5  # lines above the first row that may hold headings
_HEADING = re.compile(r"longitude|latitude|\bx\b|\by\b|\best\b|\bnord\b|sommet|point|borne|\(m\)")
_SYSTEM = re.compile(r"utm|wgs|clarke|datum|fuseau|epsg|adindan|projection|zone \d")
_DEGREES = re.compile(
    r"(-?\d{1,3})\s?[^\d\s]{0,2}\s?(\d{2})\s?[^\d\s.,]{0,2}\s?(\d{2}(?:[.,]\d{1,4})?)[^\d\w]{0,3}"
    r"([NSEWO]?)"
)
_CLEAN = re.compile(r"-?\d{1,3}° ?\d{1,2}['’′] ?\d{1,2}(?:[.,]\d+)?(?:\"|″|'')? ?[NSEWO]?")
_METRES = re.compile(r"\d{1,3}(?:[ .]?\d{3}){1,2}(?:,\d{1,3})?|\d{5,7}(?:[.,]\d{1,3})?")
_DECIMAL = re.compile(r"-?\d{1,3}[.,]\d{3,}°?")


@dataclass(frozen=True, slots=True)
class CornerCell:
    """A coordinate as printed, as it is taken, where it stands and why it is doubted."""

    written: str
    taken: str
    page: int
    box: Box
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CornerRow:
    """A row of the table: the corner's label and its two coordinates in the printed order."""

    label: str
    cells: tuple[CornerCell, CornerCell]


@dataclass(frozen=True, slots=True)
class CornerTable:
    """The rows of the table, its text as it is taken, and what the reader of corners made of it."""

    rows: tuple[CornerRow, ...]
    text: str
    reading: Reading | None
    refused: str | None = None


def read_table(
    lines: Sequence[Line], second: Sequence[Line], hints: Hints, language: str = "fr"
) -> CornerTable:
    """Read the table of corners of an act; ``second`` are the lines of the second reading."""
    found = {at: row for at, line in enumerate(lines) if (row := _row(line)) is not None}
    if len(found) < 3:
        return CornerTable((), "", None, "acts-read.no-table")
    rows = {at: _compared(row, second, lines[at]) for at, row in found.items()}
    text = _written(lines, rows)
    ordered = tuple(rows[at] for at in sorted(rows))
    try:
        return CornerTable(ordered, text, read_corners(text, language=language, hints=hints))
    except UnusableInput as fault:
        return CornerTable(ordered, text, None, fault.code)


def _row(line: Line) -> CornerRow | None:
    """Take a line for a row when exactly two of its cells are coordinates."""
    coordinates = [(cell, taken) for cell in line.cells if (taken := taken_for(cell.text))]
    if len(coordinates) != 2:
        return None
    label = "" if line.cells[0] is coordinates[0][0] else line.cells[0].text
    first, second = (_cell(line.page, cell, taken) for cell, taken in coordinates)
    return CornerRow(label[:12], (first, second))


def taken_for(written: str) -> str | None:
    """Give a coordinate as it is taken, or None when a cell holds none.

    >>> taken_for('0° 57° 55,1"'), taken_for("197,57 km²")
    ('0° 57\\' 55,1"', None)
    """
    bare = written.strip()
    if _METRES.fullmatch(bare) or _DECIMAL.fullmatch(bare) or _CLEAN.fullmatch(bare):
        return bare
    angle = _DEGREES.fullmatch(bare)
    if angle is None:
        return None
    degrees, minutes, seconds, hemisphere = angle.groups()
    return f"{degrees}° {minutes}' {seconds}\" {hemisphere}".strip()


def _cell(page: int, cell: Cell, taken: str) -> CornerCell:
    doubts = []
    if taken != cell.text and not _CLEAN.fullmatch(cell.text):
        doubts.append("acts-read.marks-mended")
    if any(word.sure < UNSURE for word in cell.words):
        doubts.append("acts-read.unsure")
    return CornerCell(cell.text, taken, page, cell.box, tuple(doubts))


def _compared(row: CornerRow, second: Sequence[Line], line: Line) -> CornerRow:
    """Doubt the cells whose figures the second reading has otherwise."""
    if not second:
        return row
    first, last = (_against(cell, second, line) for cell in row.cells)
    return replace(row, cells=(first, last))


def _against(cell: CornerCell, second: Sequence[Line], line: Line) -> CornerCell:
    words = [
        word.text
        for other in second
        if other.page == cell.page
        for word in other.words
        if cell.box[1] <= word.middle <= cell.box[3]
        and cell.box[0] - 8 <= (word.box[0] + word.box[2]) / 2 <= cell.box[2] + 8
    ]
    if _figures("".join(words)) == _figures(cell.written):
        return cell
    return replace(cell, doubts=(*cell.doubts, "acts-read.read-otherwise"))


def _figures(text: str) -> str:
    return re.sub(r"\D", "", text)


def _written(lines: Sequence[Line], rows: dict[int, CornerRow]) -> str:
    """Write the table for the reader of corners: system, headings, rows, and lines between."""
    first, last = min(rows), max(rows)
    above = lines[max(first - HEADINGS, 0) : first]
    heading = "\t".join(_heading(above, rows, column) for column in (0, 1)).strip()
    systems = [line.text for line in lines if _SYSTEM.search(fold(line.text))]
    between = [
        _row_text(rows[at]) if at in rows else lines[at].text for at in range(first, last + 1)
    ]
    return "\n".join(dict.fromkeys([*systems, *([heading] if heading else []), *between]))


def _heading(above: Sequence[Line], rows: dict[int, CornerRow], column: int) -> str:
    """Give what is printed over a column of coordinates, down several lines."""
    boxes = [row.cells[column].box for row in rows.values()]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    return " ".join(
        cell.text
        for line in above
        if line.page == min(row.cells[column].page for row in rows.values())
        for cell in line.cells
        if cell.box[0] < right and left < cell.box[2]
        and cell.box[2] - cell.box[0] < 2 * (right - left)
        and _HEADING.search(fold(cell.text))
    )


def _row_text(row: CornerRow) -> str:
    return "\t".join([row.label, *(cell.taken for cell in row.cells)]).strip("\t")
