"""Write XLSX: one sheet of rows with real numbers and dates, one that explains, no formula ever."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely
import xlsxwriter

from cadastre.errors import UnusableInput
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain, reproject
from cadastre.geometry import crs as systems
from cadastre.sentences import say

MOST_ROWS = 1_048_575  # and the heading, in Excel
MOST_CHARACTERS = 32_767  # of a cell
SAFE = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a workbook.

    A text or outline longer than a cell goes on in the sheet ``suite``: identifier, column,
    number of the piece, piece.

    Raises
    ------
    UnusableInput
        ``exchange.xlsx-rows``: more rows than a sheet holds.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsxwriter.Workbook(str(path), {**SAFE, "tmpdir": folder})
        _Sheets(book, fields, metadata).fill(reproject(records, crs), crs)
        book.close()
        return path.read_bytes()


class _Sheets:
    def __init__(
        self, book: xlsxwriter.Workbook, fields: Sequence[FieldSpec], metadata: Metadata
    ) -> None:
        self.fields, self.metadata = fields, metadata
        self.rows = book.add_worksheet(metadata.collection[:31])
        self.more = book.add_worksheet("suite")
        self.about = book.add_worksheet("metadonnees")
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.continued = 0

    def fill(self, records: Iterable[FeatureRecord], crs: str) -> None:
        names = ["id", *(each.name for each in self.fields), "wkt"]
        for column, name in enumerate(names):
            self.rows.write_string(0, column, name)
        for column, name in enumerate(("id", "champ", "morceau", "texte")):
            self.more.write_string(0, column, name)
        for number, record in enumerate(records, start=1):
            if number > MOST_ROWS:
                raise UnusableInput("exchange.xlsx-rows", where="format", most=MOST_ROWS)
            self._row(number, record, names)
        self._explain(crs)

    def _row(self, number: int, record: FeatureRecord, names: list[str]) -> None:
        shape = record.geometry
        wkt = None if shape is None else shapely.to_wkt(shape, rounding_precision=-1)
        values = [plain(record.values.get(each.name), each.type) for each in self.fields]
        for column, value in enumerate([record.id, *values, wkt]):
            self._cell(number, column, value, (record.id, names[column]))

    def _cell(self, row: int, column: int, value: Any, place: tuple[str, str]) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            self.rows.write_boolean(row, column, value)
        elif isinstance(value, dt.datetime):
            clock = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
            self.rows.write_datetime(row, column, clock, self.instant)
        elif isinstance(value, dt.date):
            self.rows.write_datetime(row, column, value, self.day)
        elif isinstance(value, (int, float)):
            self.rows.write_number(row, column, value)
        else:
            text = str(value)
            self.rows.write_string(row, column, text[:MOST_CHARACTERS])
            self._continue(text[MOST_CHARACTERS:], place)

    def _continue(self, rest: str, place: tuple[str, str]) -> None:
        for piece, start in enumerate(range(0, len(rest), MOST_CHARACTERS), start=2):
            self.continued += 1
            words = (*place, str(piece), rest[start : start + MOST_CHARACTERS])
            for column, word in enumerate(words):
                self.more.write_string(self.continued, column, word)

    def _explain(self, crs: str) -> None:
        about, language = self.metadata, self.metadata.language
        if self.continued:
            about.losses.append(say("exchange.loss-xlsx-long", language))
        about.losses.append(say("exchange.loss-xlsx", language))
        lines = [
            ("collection", about.collection), ("crs", systems.normalise(crs)),
            ("at", about.at.isoformat() if about.at else ""),
            ("known", about.known.isoformat() if about.known else ""),
            ("filter", about.filter or ""), ("licence", about.licence or ""),
            *(("note", loss) for loss in about.losses),
            *((each.name, each.title.get(language, "")) for each in self.fields),
        ]  # fmt: skip
        for row, cells in enumerate(lines):
            for column, words in enumerate(cells):
                self.about.write_string(row, column, words)
