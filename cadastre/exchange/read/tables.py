"""Read spreadsheets: tell several perimeters apart, hand each to the corner reader."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.geojson import name_of
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.wkt import is_wkt, read_wkt

Row = list[str]

_PERIMETER_COLUMNS = re.compile(
    r"^(?:(?:n|no|num|numero|id|code|ref|reference|nom|name)(?: (?:de |du |d )?(?:la |le |l )?)?)?"
    r"(?:permis|permit|titre|title|perimetre|perimeter|parcelle|parcel|bloc|block|zone|polygone|polygon"
    r"|concession|autorisation|licence|license|demande|application|site|secteur|nom|name|id|code)s?$"
)
_NUMBER = re.compile(r"^[-+]?\d[\d\s.,]*$|\d\s*[°º]|\d['′’]\s*\d|^\d{1,2}[A-Z]{3}\s?\d+")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one perimeter, as text for the corner reader, and its name if it has one."""

    text: str
    name: str | None = None


def rows_of_csv(text: str, where: str, limits: Limits) -> list[Row] | None:
    """Split a delimited text into cells; None when no delimiter makes columns of it.

    Raises
    ------
    UnusableInput
        ``exchange.cell-too-long``, or quotes that never end.
    TooLarge
        More rows than the cap.
    """
    text = re.sub(r"\A\ufeff?sep=(.)\r?\n", "", text)
    delimiter = _delimiter(text)
    if delimiter is None:
        return None
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) >= limits.rows:
                raise TooLarge("exchange.too-many-rows", where=where, limit=limits.rows)
            rows.append([cell.strip() for cell in row])
    except csv.Error as fault:
        raise UnusableInput("exchange.cell-too-long", where=where) from fault
    return rows


def _delimiter(text: str) -> str | None:
    """Choose the delimiter: the comma last, because in French it is inside numbers."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    for sign in "\t;|,":
        widths = Counter(line.count(sign) for line in lines)
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        if width and times >= 0.6 * len(lines):
            return sign
    return None


def features_of_rows(rows: Sequence[Row], where: str, limits: Limits) -> Source | None:
    """Read a table whose rows hold whole geometries in WKT; None when it has no such column."""
    filled = [row for row in rows if any(row)]
    column = next(
        (
            index
            for row in filled[:3]
            for index, cell in enumerate(row)
            if is_wkt(cell)
        ),
        None,
    )
    if column is None:
        return None
    has_header = len(filled[0]) <= column or not is_wkt(filled[0][column])
    titles = [
        (has_header and cell[:100]) or f"column_{index}"
        for index, cell in enumerate(filled[0][: limits.attributes], start=1)
    ]
    features = []
    for number, row in enumerate(filled[has_header:], start=1):
        if number > limits.features:
            raise TooLarge("exchange.too-many-features", where=where, limit=limits.features)
        spot = f"{where} · {number}"
        cell = row[column] if column < len(row) else ""
        geometry, crs = read_wkt(cell, spot) if cell else (None, None)
        attributes = {
            titles[index]: value[: limits.cell_characters] or None
            for index, value in enumerate(row[: len(titles)])
            if index != column
        }
        features.append(Feature(geometry, spot, name_of(attributes), attributes, crs))
    return Source("CSV", tuple(features))


def tables_of_rows(rows: Sequence[Row]) -> list[Table]:
    """Tell apart the perimeters of a table by the column that names them; else all is one."""
    filled = [row for row in rows if any(row)]
    header, column = _perimeter_column(filled)
    if header is None or column is None:
        return [Table(_text(rows))]
    groups: dict[str, list[Row]] = {}
    name = ""
    for row in filled[header + 1 :]:
        # A name written once, above its corners (merged cells), holds until the next.
        name = (row[column] if column < len(row) else "") or name
        groups.setdefault(name, []).append(row)
    top = [*filled[:header], _without(filled[header], column)]
    return [
        Table(_text([*top, *(_without(row, column) for row in group)]), name[:200] or None)
        for name, group in groups.items()
    ]


def _perimeter_column(rows: Sequence[Row]) -> tuple[int | None, int | None]:
    """Find the header row and the column whose values each stand for several corners."""
    header = next((n for n, row in enumerate(rows[:15]) if _is_header(row)), None)
    if header is None:
        return None, None
    for column, title in enumerate(rows[header]):
        if not _PERIMETER_COLUMNS.match(_plain(title)):
            continue
        counts, name = Counter[str](), ""
        for row in rows[header + 1 :]:
            name = (row[column] if column < len(row) else "") or name
            counts[name] += 1
        if counts and "" not in counts and min(counts.values()) >= 3:
            return header, column
    return None, None


def _is_header(row: Row) -> bool:
    words = [cell for cell in row if cell]
    return len(words) >= 2 and not any(_NUMBER.search(cell) for cell in words)


def _plain(title: str) -> str:
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", " ", bare).strip()


def _without(row: Row, column: int) -> Row:
    return [cell for index, cell in enumerate(row) if index != column]


def _text(rows: Sequence[Row]) -> str:
    """Join cells by tabs, as a spreadsheet does when copied."""
    clean = [[re.sub(r"[\t\r\n]+", " ", cell) for cell in row] for row in rows]
    return "\n".join("\t".join(row).rstrip("\t") for row in clean).strip("\n")


def best_sheet(sheets: Sequence[tuple[str, list[Row]]]) -> int:
    """Choose the sheet that holds coordinates: the most rows with two numbers or WKT."""
    def weight(rows: Sequence[Row]) -> int:
        return sum(
            sum(bool(_NUMBER.search(cell)) for cell in row) >= 2 or any(map(is_wkt, row))
            for row in rows
        )

    weights = [weight(rows) for _, rows in sheets]
    return weights.index(max(weights)) if weights else 0
