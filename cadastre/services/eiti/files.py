"""Write the extract as files: XLSX with a sheet for each table, CSV, JSON."""

from __future__ import annotations

import json
from typing import Any

from cadastre.errors import NotFound, UnusableInput
from cadastre.exchange.write.book import Table, write_book, write_csv, write_zip
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.eiti.columns import SHEETS
from cadastre.services.eiti.extract import Extract, document, shown
from cadastre.services.exports import Export

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "xlsx": (".xlsx", XLSX),
    "csv": (".zip", "application/zip"),
    "json": (".json", "application/json"),
}
COMPLETENESS = "completeness"


def write_extract(
    made: Extract, ruleset: Ruleset, format: str, language: str, table: str | None = None
) -> Export:
    """Write an extract.

    Parameters
    ----------
    format
        ``xlsx``, ``csv`` (a zip, or one table when ``table`` names it) or ``json``.

    Raises
    ------
    UnusableInput
        ``exchange.write-format``.
    NotFound
        ``eiti.no-table``.
    """
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise UnusableInput("exchange.write-format", where=format[:60], known=known)
    suffix, media_type = FORMATS[format]
    name = f"eiti-{made.at.day.isoformat()}"
    if format == "json":
        text = json.dumps(document(made, ruleset, language), ensure_ascii=False, indent=1)
        return Export(f"{name}{suffix}", media_type, iter([text.encode()]))
    tables = as_tables(made, ruleset, language)
    if table is not None:
        return _one(tables, table, name)
    if format == "xlsx":
        book = [_about(made, ruleset, language), *tables]
        return Export(f"{name}{suffix}", media_type, iter([write_book(book, language)]))
    about = json.dumps(_told(made, ruleset, language), ensure_ascii=False, indent=1).encode()
    content = write_zip(tables, {"eiti.json": about})
    return Export(f"{name}-csv{suffix}", media_type, iter([content]))


def as_tables(made: Extract, ruleset: Ruleset, language: str) -> list[Table]:
    """Give the tables as a person reads them, and that of completeness last."""
    found = [
        Table(
            f"{sheet.requirement} {say(f'eiti.sheet.{sheet.id}', language)}",
            [say(f"eiti.column.{name}", language) for name in sheet.names()],
            [
                [shown(ruleset, name, row, language) for name in sheet.names()]
                for row in made.tables[sheet.id]
            ],
        )
        for sheet in SHEETS
    ]
    return [*found, _completeness(made, language)]


def _one(tables: list[Table], wanted: str, name: str) -> Export:
    ids = [*(sheet.id for sheet in SHEETS), COMPLETENESS]
    if wanted not in ids:
        raise NotFound("eiti.no-table", where=wanted[:60], known=", ".join(ids))
    content = write_csv(tables[ids.index(wanted)])
    return Export(f"{name}-{wanted}.csv", "text/csv; charset=utf-8", iter([content]))


def _completeness(made: Extract, language: str) -> Table:
    names = ("table", "field", "held_by_register", "region", "rows", "held", "withheld",
             "missing", "score")  # fmt: skip
    rows = [
        [
            one.table, say(f"eiti.column.{one.field}", language),
            say("eiti.yes" if one.held_by_register else "eiti.no", language),
            region_name(one.region, language), one.rows, one.held, one.withheld, one.missing,
            one.score,
        ]
        for one in made.scores
    ]  # fmt: skip
    headings = [say(f"eiti.score.{name}", language) for name in names]
    return Table(say("eiti.sheet.completeness", language), headings, rows)


def region_name(region: str, language: str) -> str:
    """Name a region of the scores; the whole country and unknown regions have words."""
    words = {"": "eiti.whole", "?": "eiti.no-region"}.get(region)
    return say(words, language) if words else region


def _about(made: Extract, ruleset: Ruleset, language: str) -> Table:
    told = _told(made, ruleset, language)
    lines = [
        *([say(f"eiti.about.{name}", language), told[name]] for name in
          ("standard", "register", "made_at", "day", "year", "sha256", "sha256_of", "rights")),
        *(["", note] for note in told["notes"]),
    ]  # fmt: skip
    return Table(say("eiti.sheet.about", language), [told["title"], ""], lines)


def _told(made: Extract, ruleset: Ruleset, language: str) -> dict[str, Any]:
    whole = document(made, ruleset, language)
    return {name: value for name, value in whole.items() if name != "tables"}
