"""Count what is held, withheld and absent of each field, in the whole country and by region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cadastre.services.eiti.columns import OPTIONAL, Column, Sheet

WHOLE = ""  # the row of all regions together


@dataclass(frozen=True, slots=True)
class Score:
    """How many rows of a table, in a region, hold a field; ``withheld`` are held and not shown."""

    table: str
    field: str
    held_by_register: bool
    region: str
    rows: int
    held: int
    withheld: int

    @property
    def missing(self) -> int:
        """Count the rows without a value."""
        return self.rows - self.held - self.withheld

    @property
    def score(self) -> float | None:
        """Give the share of rows that have a value, 0 to 1; None where there is no row."""
        return round((self.held + self.withheld) / self.rows, 4) if self.rows else None

    def json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "table": self.table, "field": self.field, "held_by_register": self.held_by_register,
            "region": self.region or None, "rows": self.rows, "held": self.held,
            "withheld": self.withheld, "missing": self.missing, "score": self.score,
        }  # fmt: skip


def scores(
    sheet: Sheet, rows: Sequence[Mapping[str, Any]], region_of: Mapping[str, str | None]
) -> list[Score]:
    """Score every field of a table, whole first, then by region.

    Parameters
    ----------
    region_of
        The region of each licence by number; rows of none are under ``?``.
    """
    by_region: dict[str, list[Mapping[str, Any]]] = {WHOLE: list(rows)}
    for row in rows:
        by_region.setdefault(region_of.get(row["number"]) or "?", []).append(row)
    regions = [WHOLE, *sorted(name for name in by_region if name != WHOLE)]
    return [
        _score(sheet, column, region, by_region[region])
        for column in sheet.columns
        if (sheet.id, column.name) not in OPTIONAL
        for region in regions
    ]


def mean(found: Sequence[Score]) -> float | None:
    """Give the mean of the scores of the whole country; every field weighs the same."""
    values = [each.score for each in found if each.region == WHOLE and each.score is not None]
    return round(sum(values) / len(values), 4) if values else None


def _score(
    sheet: Sheet, column: Column, region: str, rows: Sequence[Mapping[str, Any]]
) -> Score:
    withheld = sum(column.name in row["withheld"] for row in rows)
    held = sum(
        row[column.name] not in (None, "", []) and column.name not in row["withheld"]
        for row in rows
    )
    return Score(sheet.id, column.name, column.held, region, len(rows), held, withheld)
