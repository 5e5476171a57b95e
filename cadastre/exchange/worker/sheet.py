"""Read the cells of an Excel workbook, inside the jail. Formulas are never evaluated."""

from __future__ import annotations

import codecs
import datetime as dt
import json
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from cadastre.errors import TooLarge

_COLUMNS = 60
_SHEETS = 20


def prepare(order: dict[str, Any]) -> None:
    """Load what the standard library would look for when it can no longer be reached."""
    codecs.lookup("cp437")  # names in a zip


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer the sheets as rows of text cells; a formula gives the value saved with it."""
    book = openpyxl.load_workbook(
        folder / order["file"], read_only=True, data_only=True, keep_links=False
    )
    sheets = [
        {"name": str(sheet.title)[:100], "rows": _rows(sheet, order)}
        for sheet in book.worksheets[:_SHEETS]
    ]
    out.write(json.dumps({"sheets": sheets, "held": order["held"]}).encode())


def _rows(sheet: Any, order: dict[str, Any]) -> list[list[str]]:
    if isinstance(sheet, ReadOnlyWorksheet):
        sheet.reset_dimensions()  # the stated size may be a lie of 16 thousand million cells
    rows: list[list[str]] = []
    for row in sheet.iter_rows(max_col=_COLUMNS, values_only=True):
        cells = [_text(value)[: order["cell_characters"]] for value in row]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        if len(rows) > order["rows"]:
            raise TooLarge("exchange.too-many-rows", where=sheet.title, limit=order["rows"])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _text(value: object) -> str:
    """Write a cell so that a number can only be read one way.

    ``1.234`` could be a thousand in French; a cell known to be a number gets a fourth decimal.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = repr(value) if abs(value) < 1e15 else f"{value:.0f}"
        if text.endswith(".0"):
            return text[:-2]
        whole, dot, decimals = text.partition(".")
        return f"{whole}.{decimals}0" if dot and len(decimals) == 3 else text
    if isinstance(value, (dt.date, dt.datetime, dt.time)):
        return value.isoformat()
    return str(value).replace("\t", " ").replace("\r", " ").replace("\n", " ").strip()
