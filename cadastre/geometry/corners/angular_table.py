"""Read a table of angles: rows, lone cells, or columns one after the other."""

from __future__ import annotations

import re

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.angular import find_angles
from cadastre.geometry.corners.cells import Cell, Row, Table
from cadastre.geometry.corners.document import Kind, Line
from cadastre.geometry.corners.labels import split_label
from cadastre.geometry.corners.layout import Item, arrange
from cadastre.geometry.corners.numbers import Convention, find_groups, partitions
from cadastre.geometry.corners.shapes import SHAPES
from cadastre.geometry.corners.words import TOLD_LABEL

_METRES = next(shape for shape in SHAPES if shape.name == "metres")


def read_angular_table(lines: tuple[Line, ...]) -> Table:
    """Give the corners of the lines of a segment whose coordinates are angles."""
    rows: list[Row] = []
    lone: list[Item] = []
    second: list[Row] = []
    for line in lines:
        if line.kind is Kind.LABEL:
            lone.append(Item(line.number, split_label(line.text)[0] or line.text.strip(" |.:;")))
        elif line.kind is Kind.DATA or (line.kind is Kind.SENTENCE and _tells(line.text)):
            angles, metres = part_metres(line.text)
            label, cells = read_line(angles)
            if line.kind is Kind.SENTENCE:
                label = _told_label(line.text) or label
            if metres:
                second.append(Row(label, metres, line.number, line.text.strip()))
            if len(cells) >= 2 and len(cells) % 2 == 0:
                rows += _rows(label, cells, line)
            else:
                lone += _items(label, cells, line)
    alone = [item for item in lone if item.cell is not None]
    if len(rows) * 2 >= len(alone):
        return Table(_labelled(rows, lone), damaged=_damaged(alone, lone), second=tuple(second))
    return arrange(lone)


# A count before hemispheres that stand first: 001 N9 08.475 E0 57.918
_COUNTED = re.compile(
    r"^\W{0,3}(\d{1,4})[\s.:;)]{1,4}(?=[NSEWO]\s?\d.*[NSEWO]\s?\d[^NSEWO]*$)", re.IGNORECASE
)
# Where the angles of a line begin and end, when metres are printed beside them.
_FIRST_DEGREE = re.compile(r"[NSEWO]?\s?-?\d{1,3}\s?°", re.IGNORECASE)
_LAST_MARK = re.compile(r"[°'\"]\s{0,2}[NSEWO]?(?=[^°'\"]*$)", re.IGNORECASE)


def read_line(text: str) -> tuple[str, list[Cell]]:
    """Give the label and the angles of one line."""
    label, rest = split_label(text)
    counted = None if label else _COUNTED.match(rest)
    if counted:
        label, rest = counted[1], rest[counted.end() :]
    try:
        cells, _ = find_angles(rest)
    except UnusableInput as fault:
        raise UnusableInput(fault.code, where=label or text.strip(), **fault.values) from fault
    if label.upper() in {"N", "S", "E", "W", "O"}:
        whole, _ = find_angles(text)
        if (
            whole
            and all(cell.hemisphere for cell in whole)
            and not all(cell.hemisphere for cell in cells)
        ):
            label, cells = "", whole
    if len(cells) > 1 and len(cells) % 2 and not label and _is_count(cells[0]):
        label, cells = cells[0].text, cells[1:]
    return label, [cell for cell in cells if cell.candidates]


def part_metres(text: str) -> tuple[str, tuple[Cell, ...]]:
    """Part a line that prints a corner in metres and in degrees; the metres are kept to compare."""
    label, rest = split_label(text)
    first, last = _FIRST_DEGREE.search(rest), _LAST_MARK.search(rest)
    if first is None or last is None:
        return text, ()
    before, after = rest[: first.start()], rest[last.end() :]
    for printed, kept in ((before, rest[first.start() :]), (after, rest[: last.end()])):
        metres = _metres(printed)
        if metres:
            return f"{label}\t{kept}" if label else kept, metres
    return text, ()


def _metres(text: str) -> tuple[Cell, ...]:
    for convention in Convention:
        ways = partitions(find_groups(text, convention), 2, convention, labelled=False)
        for _, numbers in ways:
            if _METRES.accepts(numbers):
                return tuple(_METRES.cells(numbers))
    return ()


def _told_label(text: str) -> str:
    """Give the label a sentence announces before its angles: bounded by … Beacon A: Lat. …"""
    start = find_angles(text)[1]
    told = list(TOLD_LABEL.finditer(text, 0, start))
    return told[-1][1] if told else ""


def _tells(text: str) -> bool:
    """Tell whether a sentence prints exactly one corner, beyond doubt."""
    try:
        cells, _ = find_angles(text)
    except UnusableInput:
        return False  # a scale or a reference number, not an angle
    return len(cells) == 2 and all(
        cell.hemisphere and re.search(r"°|deg", cell.text, re.IGNORECASE) for cell in cells
    )


def _is_count(cell: Cell) -> bool:
    return cell.text.isdigit() and len(cell.text) <= 3 and cell.hemisphere is None


def _rows(label: str, cells: list[Cell], line: Line) -> list[Row]:
    return [
        Row(label if at == 0 else "", tuple(cells[at : at + 2]), line.number, line.text.strip())
        for at in range(0, len(cells), 2)
    ]


def _items(label: str, cells: list[Cell], line: Line) -> list[Item]:
    items = [Item(line.number, label)] if label else []
    for cell in cells:
        items.append(
            Item(line.number, cell.text) if _is_count(cell) else Item(line.number, cell=cell)
        )
    return items


def _labelled(rows: list[Row], lone: list[Item]) -> tuple[Row, ...]:
    """Give a row without label the one that stands alone on the line before it."""
    named = {item.line: item.label for item in lone if item.cell is None}
    taken = {row.line for row in rows}
    found = []
    for row in rows:
        above = max((at for at in named if at < row.line), default=-1)
        free = above >= 0 and not any(above < line < row.line for line in taken)
        found.append(
            Row(named[above], row.cells, row.line, row.text) if free and not row.label else row
        )
    return tuple(found)


def _damaged(alone: list[Item], lone: list[Item]) -> tuple[Row, ...]:
    labels = {item.line: item.label for item in lone if item.cell is None}
    return tuple(
        Row(
            labels.get(item.line, ""),
            (item.cell,),
            item.line,
            f"{labels.get(item.line, '')} {item.cell.text}".strip(),
        )
        for item in alone
        if item.cell is not None
    )
