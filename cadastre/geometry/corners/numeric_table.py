"""Read a table of plain numbers: metres, decimal degrees, or degrees cut over several cells.

Every convention of decimal and thousands marks is tried over the whole table with every shape of
row; the
reading that makes a corner of the most rows is kept, and rivals that do as well are handed over to
be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from cadastre.geometry.corners.cells import Candidate, Cell, Row, Table, Unit
from cadastre.geometry.corners.document import Kind, Line, find_columns
from cadastre.geometry.corners.labels import split_label
from cadastre.geometry.corners.layout import Item, arrange
from cadastre.geometry.corners.numbers import (
    Convention,
    Group,
    Number,
    find_groups,
    mend_digits,
    partitions,
)
from cadastre.geometry.corners.shapes import SHAPES, Shape, is_degree, is_metre

# A running number before the label: 1 A 276400 1011100
_COUNTED_LABEL = re.compile(r"^\W{0,3}\d{1,3}[\s.);|]{1,4}([A-Za-z]{1,3}\d{0,3})(?=[\s.:;|])")

_Option = tuple[str, tuple[Number, ...]]


@dataclass(slots=True)
class _Attempt:
    """One way to read the whole segment."""

    shape: Shape
    convention: Convention
    table: Table
    corners: int
    unread: int
    irregular: int
    lone: bool
    values: tuple[tuple[float, ...], ...] = field(default=())

    @property
    def rank(self) -> tuple[float, ...]:
        return (self.corners - 2 * self.unread, -self.irregular, not self.lone, self.shape.rank)


def read_numeric_table(lines: tuple[Line, ...], units: tuple[Unit, ...]) -> Table:
    """Give the corners of the lines of a segment whose coordinates are plain numbers.

    ``units`` are those the coordinate system allows.
    """
    attempts = []
    for convention in Convention:
        prepared = [
            _Prepared(line, convention) for line in lines if line.kind in {Kind.DATA, Kind.LABEL}
        ]
        for shape in SHAPES:
            if shape.unit in units:
                attempts.append(_try_rows(prepared, shape, convention))
        attempts += [
            _try_lone(prepared, unit, convention) for unit in units if unit is not Unit.GRADE
        ]
    useful = [attempt for attempt in attempts if attempt.corners]
    if not useful:
        return Table(())
    best = max(useful, key=lambda attempt: attempt.rank)
    rivals = {
        attempt.convention.value: attempt.table.rows
        for attempt in useful
        if attempt.rank[:3] == best.rank[:3] and attempt.values != best.values
    }
    table = best.table
    return Table(
        table.rows, table.layout, table.damaged, table.second, best.convention,
        tuple(rivals.items()), _columns_said(lines),
    )  # fmt: skip


def _columns_said(lines: tuple[Line, ...]) -> tuple:  # type: ignore[type-arg]
    """Give the axes that the rows themselves name (``X = … Y = …``)."""
    said = {
        tuple(column.axis for column in find_columns(split_label(line.text)[1]))
        for line in lines
        if line.kind is Kind.DATA
    }
    return said.pop() if len(said) == 1 else ()


class _Prepared:
    """A line with its label and groups under a convention."""

    __slots__ = ("groups", "label", "line", "printed", "rest")

    def __init__(self, line: Line, convention: Convention) -> None:
        self.line = line
        self.label, self.rest = split_label(line.text)
        counted = _COUNTED_LABEL.match(self.rest) if not self.label else None
        if counted:
            self.label, self.rest = counted[1], self.rest[counted.end() :]
        self.rest, self.printed = mend_digits(self.rest)
        self.groups: list[Group] = find_groups(self.rest, convention)
        if line.kind is Kind.LABEL and not self.label:
            self.label = line.text.strip(" |.:;")

    def options(self, shape: Shape, convention: Convention) -> list[_Option]:
        """Give every reading of the line as a row of a shape, labelled by a number or not."""
        ways = partitions(self.groups, shape.count, convention, labelled=False)
        if not self.label:
            ways = partitions(self.groups, shape.count, convention, labelled=True) + ways
        return [way for way in ways if shape.accepts(way[1])]


def _try_rows(prepared: list[_Prepared], shape: Shape, convention: Convention) -> _Attempt:
    found: list[tuple[_Prepared, list[_Option]]] = []
    missed: list[_Prepared] = []
    pending = ""
    for line in prepared:
        if not line.groups:
            pending = line.label
            continue
        options = line.options(shape, convention)
        if options:
            if pending and not line.label:
                line.label = pending
            found.append((line, options))
        elif _holds_coordinate(line, shape, convention):
            missed.append(line)
        pending = ""
    chosen = _choose(found)
    rows = [_row(line, option, shape) for (line, _), option in zip(found, chosen, strict=True)]
    damaged = [Row(line.label, (), line.line.number, line.line.text.strip()) for line in missed]
    irregular = sum(number.irregular for _, numbers in chosen for number in numbers)
    second = tuple(row[1] for row in rows if row[1] is not None)
    table = Table(tuple(row[0] for row in rows), "rows", tuple(damaged), second)
    values = tuple(tuple(number.value for number in numbers) for _, numbers in chosen)
    return _Attempt(
        shape, convention, table, len(rows), len(missed), irregular, lone=False, values=values
    )


def _holds_coordinate(line: _Prepared, shape: Shape, convention: Convention) -> bool:
    test = is_metre if shape.unit is Unit.METRE else is_degree
    for groups in ([group] for group in line.groups):
        if _any_number(groups, convention, test):
            return True
    return _any_number(line.groups, convention, test)


def _any_number(
    groups: list[Group], convention: Convention, test: Callable[[Number], bool]
) -> bool:
    ways = partitions(groups, 1, convention, labelled=False)
    return any(test(number) for _, numbers in ways for number in numbers)


def _choose(found: list[tuple[_Prepared, list[_Option]]]) -> list[_Option]:
    """Choose one reading per row: labels that count up, then the place of the others."""
    counted = _counts_up(found)
    kept = []
    for line, options in found:
        fit = options
        if not line.label:
            fit = [option for option in options if bool(option[0]) == counted] or options
        fewest = min(sum(number.irregular for number in numbers) for _, numbers in fit)
        kept.append([o for o in fit if sum(number.irregular for number in o[1]) == fewest])
    sure = [options[0][1] for options in kept if len(options) == 1] or [
        options[0][1] for options in kept
    ]
    if not sure:
        return []
    middle = [median(numbers[at].value for numbers in sure) for at in range(len(sure[0]))]

    def distance(option: _Option) -> float:
        return sum(
            abs(number.value - centre) for number, centre in zip(option[1], middle, strict=True)
        )

    return [min(options, key=distance) for options in kept]


def _counts_up(found: list[tuple[_Prepared, list[_Option]]]) -> bool:
    bare = [options for line, options in found if not line.label]
    numbers = [next((int(label) for label, _ in options if label), None) for options in bare]
    if not numbers or any(number is None for number in numbers) or len(set(numbers)) < len(numbers):
        return False
    if all(all(label for label, _ in options) for options in bare):
        return True
    steps = [b - a for a, b in pairwise(numbers) if a is not None and b is not None]
    return sum(step == 1 for step in steps) * 2 >= len(steps)


def _row(line: _Prepared, option: _Option, shape: Shape) -> tuple[Row, Row | None]:
    label, numbers = option
    stray = _stray(line)
    cells = [_with_repair(_as_printed(line, cell), stray) for cell in shape.cells(numbers)]
    name = line.label or label
    second = None
    if len(cells) == 4:
        second = Row(name, tuple(cells[2:]), line.line.number, line.line.text.strip())
    return Row(name, tuple(cells[:2]), line.line.number, line.line.text.strip()), second


def _stray(line: _Prepared) -> str | None:
    """Give punctuation that belongs neither to numbers nor to columns."""
    found = re.search(r"\d(\s?\.{2,}\s?,?\s?)-?\d", line.rest)
    return found[1].strip() if found else None


def _as_printed(line: _Prepared, cell: Cell) -> Cell:
    """Give a cell its letters back, and the repair that read them as digits."""
    mended = [run for run in line.printed if run in cell.text]
    if not mended:
        return cell
    text = cell.text
    for run in mended:
        text = text.replace(run, line.printed[run], 1)
    read = tuple(replace(each, repair="corners.letter-for-digit") for each in cell.candidates)
    return replace(cell, text=text, candidates=read)


def _with_repair(cell: Cell, stray: str | None) -> Cell:
    first = cell.candidates[0]
    if stray is None or first.repair:
        return cell
    mended = Candidate(first.value, first.assumed, "corners.stray-punctuation")
    return Cell(cell.text, (mended, *cell.candidates[1:]), cell.unit, cell.axis, cell.sign)


def _try_lone(prepared: list[_Prepared], unit: Unit, convention: Convention) -> _Attempt:
    """Read the segment as one cell to a line (or column by column)."""
    shape = next(shape for shape in SHAPES if shape.unit is unit and shape.count == 2)
    items, others, unread, irregular = _lone_items(prepared, unit, convention)
    none = _Attempt(shape, convention, Table(()), 0, 0, 0, lone=True)
    cells = [item for item in items if item.cell is not None]
    if len(cells) < 4 or len(cells) % 2:
        return none
    table = arrange(items)
    pairs = [tuple(cell.value for cell in row.cells) for row in table.rows]
    if not all(shape.accepts_values(pair) for pair in pairs):
        return none
    second: tuple[Row, ...] = ()
    if unit is Unit.METRE and len(others) == len(cells):
        second = arrange(others).rows
        unread -= len(others)
    whole = Table(table.rows, table.layout, second=second)
    return _Attempt(
        shape, convention, whole, len(pairs), unread, irregular, lone=True, values=tuple(pairs)
    )


def _lone_items(
    prepared: list[_Prepared], unit: Unit, convention: Convention
) -> tuple[list[Item], list[Item], int, int]:
    items: list[Item] = []
    others: list[Item] = []
    unread = irregular = 0
    wanted, other = (is_metre, is_degree) if unit is Unit.METRE else (is_degree, is_metre)
    for line in prepared:
        if line.label:
            items.append(Item(line.line.number, line.label))
        if not line.groups:
            continue
        ways = [numbers[0] for _, numbers in partitions(line.groups, 1, convention, labelled=False)]
        number = next(iter(sorted(ways, key=lambda way: way.irregular)), None)
        if number is not None and wanted(number):
            cell = _as_printed(line, Shape.cell(number, unit))
            items.append(Item(line.line.number, cell=cell))
            irregular += number.irregular
        elif (
            number is not None
            and not number.decimals
            and 0 <= number.value < 1000
            and not line.label
        ):
            items.append(Item(line.line.number, f"{number.value:.0f}"))
        else:
            unread += 1
            if number is not None and other(number):
                others.append(Item(line.line.number, cell=Shape.cell(number, Unit.DEGREE)))
    return items, others, unread, irregular
