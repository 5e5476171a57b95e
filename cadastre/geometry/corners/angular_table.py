"""Read a table of angles: rows, lone cells, or columns one after the other."""

from __future__ import annotations

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.angular import find_angles
from cadastre.geometry.corners.cells import Cell, Row, Table
from cadastre.geometry.corners.document import Kind, Line
from cadastre.geometry.corners.labels import split_label
from cadastre.geometry.corners.layout import Item, arrange


def read_angular_table(lines: tuple[Line, ...]) -> Table:
    """Give the corners of the lines of a segment whose coordinates are angles."""
    rows: list[Row] = []
    lone: list[Item] = []
    for line in lines:
        if line.kind is Kind.LABEL:
            lone.append(Item(line.number, split_label(line.text)[0] or line.text.strip(" |.:;")))
        elif line.kind is Kind.DATA or (line.kind is Kind.SENTENCE and _tells(line.text)):
            label, cells = read_line(line.text)
            if len(cells) >= 2 and len(cells) % 2 == 0:
                rows += _rows(label, cells, line)
            else:
                lone += _items(label, cells, line)
    alone = [item for item in lone if item.cell is not None]
    if len(rows) * 2 >= len(alone):
        return Table(_labelled(rows, lone), damaged=_damaged(alone, lone))
    return arrange(lone)


def read_line(text: str) -> tuple[str, list[Cell]]:
    """Give the label and the angles of one line."""
    label, rest = split_label(text)
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
    marked = [cell for cell in cells if "°" in cell.text]
    if len(marked) == 2 and len(cells) == 4:
        cells = marked  # metres are printed too; the degrees alone say everything
    return label, [cell for cell in cells if cell.candidates]


def _tells(text: str) -> bool:
    """Tell whether a sentence prints exactly one corner, beyond doubt."""
    try:
        cells, _ = find_angles(text)
    except UnusableInput:
        return False  # a scale or a reference number, not an angle
    return len(cells) == 2 and all(cell.hemisphere and "°" in cell.text for cell in cells)


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
