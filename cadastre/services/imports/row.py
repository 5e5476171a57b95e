"""One row of a file on its way into the register, collecting what is noticed about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cadastre.rules.ruleset import Ruleset
from cadastre.services.imports.mapping import FieldMapping, plain, target_of
from cadastre.services.imports.report import RowFinding
from cadastre.services.imports.targets import Target
from cadastre.services.imports.values import (
    as_day,
    as_hectares,
    as_instant,
    as_number,
    as_text,
    is_missing,
)
from cadastre.vocabulary import Severity

T = TypeVar("T")
KEYS = ("code", "number")


@dataclass(slots=True)
class Row:
    """A row's cells under a mapping; readers return None and leave a finding when they fail."""

    number: int
    cells: dict[str, Any]
    mapping: FieldMapping
    ruleset: Ruleset
    findings: list[RowFinding] = field(default_factory=list)
    origin: str = ""  # the corners or geometry as the file has them

    @property
    def target(self) -> Target:
        """What the collection takes."""
        return target_of(self.mapping.collection)

    @property
    def is_refused(self) -> bool:
        """Tell whether something noticed keeps the row out."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)

    def refuse(self, code: str, field: str | None = None, **values: Any) -> None:
        """Keep the row out, and say why."""
        self.findings.append(RowFinding(self.number, code, Severity.BLOCK, field, values))

    def warn(self, code: str, field: str | None = None, **values: Any) -> None:
        """Take the row, and say what somebody should look at."""
        self.findings.append(RowFinding(self.number, code, Severity.WARN, field, values))

    def inform(self, code: str, field: str | None = None, **values: Any) -> None:
        """Take the row, and say what was done."""
        self.findings.append(RowFinding(self.number, code, Severity.INFO, field, values))

    def cell(self, ours: str) -> Any:
        """Give the raw value of one of our fields: constant, cell (translated), or default."""
        if ours in self.mapping.constants:
            return self.mapping.constants[ours]
        theirs = self.mapping.fields.get(ours)
        value = self.cells.get(theirs) if theirs else None
        if not is_missing(value):
            return self._translated(ours, value)
        if ours in self.mapping.defaults:
            default = self.mapping.defaults[ours]
            self.warn("import.default-used", ours, value=str(default))
            return default
        return None

    def text(self, ours: str) -> str | None:
        """Give a field as text."""
        value = self.cell(ours)
        if is_missing(value):
            return None
        return (self.mapping.prefix if ours in KEYS else "") + as_text(value)

    def needed(self, ours: str) -> str:
        """Give a field without which the row is refused; empty then."""
        value = self.text(ours)
        if value is None:
            self.refuse("import.missing-value", ours, source=self.mapping.fields.get(ours))
        return value or ""

    def word(self, ours: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Give a field that must be one of some words, whatever accents and capitals it has."""
        value = self.text(ours)
        if value is None and default is not None:
            return default
        if value is None:
            self.refuse("import.missing-value", ours, source=self.mapping.fields.get(ours))
            return ""
        for word in known:
            if plain(word) == plain(value):
                return word
        self.refuse("import.unknown-value", ours, value=value, known=list(known))
        return ""

    def day(self, ours: str) -> dt.date | None:
        """Give a field as a day."""
        return self._read(ours, lambda c: as_day(c, self.mapping.dates), "import.bad-date")

    def instant(self, ours: str, clock: dt.tzinfo) -> dt.datetime | None:
        """Give a field as an instant."""
        return self._read(
            ours, lambda c: as_instant(c, self.mapping.dates, clock), "import.bad-date"
        )

    def number_of(self, ours: str) -> float | None:
        """Give a field as a number."""
        return self._read(ours, as_number, "import.bad-number")

    def hectares(self, ours: str) -> float | None:
        """Give a field as an area in hectares; an unreadable one is left out, with a warning."""
        unit = self.mapping.area_unit
        return self._read(ours, lambda c: as_hectares(c, unit), "import.bad-area", keeps_out=False)

    def kept(self) -> dict[str, Any]:
        """Give the cells to keep as attributes, in a form JSON can hold."""
        return {
            name: value if isinstance(value, (str, int, float, bool)) else str(value)
            for name, value in self.cells.items()
            if name in self.mapping.keep and not is_missing(value)
        }

    def _read(
        self, ours: str, reader: Callable[[Any], T], code: str, keeps_out: bool = True
    ) -> T | None:
        value = self.cell(ours)
        if is_missing(value):
            return None
        try:
            return reader(value)
        except (ValueError, OverflowError):
            (self.refuse if keeps_out else self.warn)(code, ours, value=as_text(value))
            return None

    def _translated(self, ours: str, value: Any) -> Any:
        words = self.mapping.values.get(ours)
        if not words:
            return value
        known = {plain(str(theirs)): meant for theirs, meant in words.items()}
        return known.get(plain(as_text(value)), value)
