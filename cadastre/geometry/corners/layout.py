"""Put cells back into corners when a table was pasted one cell to a line or column by column."""

from __future__ import annotations

from dataclasses import dataclass

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.cells import Cell, Row, Table


@dataclass(frozen=True, slots=True)
class Item:
    """A label or a cell standing alone, in the order of the text."""

    line: int
    label: str = ""
    cell: Cell | None = None


def arrange(items: list[Item]) -> Table:
    """Give the rows that a run of lone labels and cells stands for.

    Axes printed with the cells decide; else the arrangement in which each coordinate varies least
    within its own column.

    Raises
    ------
    UnusableInput
        ``corners.columns-unequal``: the two coordinates do not come in equal numbers.
    """
    cells = [item for item in items if item.cell is not None]
    labels = [item for item in items if item.cell is None]
    if len(cells) % 2 or not cells:
        if len(cells) < 5:
            return Table(())
        raise UnusableInput(
            "corners.columns-unequal", where=f"{cells[-1].line + 1}", cells=len(cells)
        )
    first, second, layout = _pair(cells)
    named = _labels(labels, first, second, layout, items)
    rows = [
        Row(label, (a.cell, b.cell), min(a.line, b.line), f"{a.cell.text} {b.cell.text}")
        for label, a, b in zip(named, first, second, strict=True)
        if a.cell is not None and b.cell is not None
    ]
    return Table(tuple(rows), layout)


def _pair(cells: list[Item]) -> tuple[list[Item], list[Item], str]:
    axes = [item.cell.axis for item in cells if item.cell is not None]
    half = len(cells) // 2
    evens, odds = cells[::2], cells[1::2]
    if all(axes):
        if all(a != b for a, b in zip(axes[::2], axes[1::2], strict=True)):
            return evens, odds, "cells"
        firsts = [item for item, axis in zip(cells, axes, strict=True) if axis is axes[0]]
        others = [item for item, axis in zip(cells, axes, strict=True) if axis is not axes[0]]
        if len(firsts) != len(others):
            raise UnusableInput(
                "corners.columns-unequal", where=f"{cells[-1].line + 1}", cells=len(cells)
            )
        return firsts, others, "columns"
    if _spread(evens) + _spread(odds) <= _spread(cells[:half]) + _spread(cells[half:]):
        return evens, odds, "cells"
    return cells[:half], cells[half:], "columns"


def _spread(cells: list[Item]) -> float:
    values = [item.cell.value for item in cells if item.cell is not None]
    return max(values) - min(values) if values else 0.0


def _labels(
    labels: list[Item], first: list[Item], second: list[Item], layout: str, items: list[Item]
) -> list[str]:
    if len(labels) == len(first):
        return [item.label for item in labels]
    if layout == "columns":
        surplus = len(labels) - len(first)
        return [item.label for item in labels[surplus:]] if surplus > 0 else [""] * len(first)
    named, held = [], ""
    starts = {id(item) for item in first}
    for item in items:
        if item.cell is None:
            held = item.label
        elif id(item) in starts:
            named.append(held)
            held = ""
    return named
