"""Write tables that are no map layer: a workbook with a sheet for each, or a zip of CSV files."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from cadastre.exchange.write.records import harmless
from cadastre.exchange.write.tables import csv_line
from cadastre.exchange.write.workbook import MOST_CHARACTERS, SAFE
from cadastre.sentences import say

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier one; the same content, the same bytes


@dataclass(frozen=True, slots=True)
class Table:
    """A name for the sheet or file, headings, and rows of texts, numbers and nothing."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


def write_book(tables: Sequence[Table], language: str) -> bytes:
    """Give the bytes of an XLSX: headings stay in sight, no text is ever a formula.

    A text longer than a cell is replaced by a sentence that says where it stands in full.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.xlsx"
        book = xlsxwriter.Workbook(str(path), {**SAFE, "tmpdir": folder})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for table in tables:
            sheet = book.add_worksheet(table.name[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, len(table.headings) - 1), 18)
            for column, words in enumerate(table.headings):
                sheet.write_string(0, column, words, head)
            for number, row in enumerate(table.rows, start=1):
                for column, value in enumerate(row):
                    _cell(sheet, number, column, value, language)
        book.close()
        return path.read_bytes()


def write_zip(tables: Sequence[Table], beside: dict[str, bytes]) -> bytes:
    """Give a zip with a CSV for each table (UTF-8 with its mark) and other files beside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for table in tables:
            pack.writestr(_entry(f"{table.name}.csv"), write_csv(table))
        for name, content in beside.items():
            pack.writestr(_entry(name), content)
    return out.getvalue()


def write_csv(table: Table) -> bytes:
    """Give one table as CSV in UTF-8 with its mark; texts that look like formulas are quoted."""
    lines = [csv_line(list(table.headings)), *(csv_line(_texts(row)) for row in table.rows)]
    return b"\xef\xbb\xbf" + b"".join(lines)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _texts(row: Sequence[Any]) -> list[str]:
    return [
        "" if value is None else harmless(value) if isinstance(value, str) else str(value)
        for value in row
    ]


def _cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Any, language: str
) -> None:
    if value is None:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
        return
    text = str(value)
    if len(text) > MOST_CHARACTERS:
        text = say("exchange.cell-is-too-long", language)
    sheet.write_string(row, column, text)
