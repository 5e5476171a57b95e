"""Say what became of every row of an import: nothing is lost without a line here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cadastre.sentences import say_all
from cadastre.services.cases.keeping import Recount
from cadastre.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One thing noticed about a row: ``row`` counts from 1 as in the file, 0 is the whole file.

    ``column`` is our field, or theirs where it has none of ours.
    """

    row: int
    code: str
    severity: Severity
    column: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the finding with its sentences in every language."""
        said = {"row": self.row, "field": self.column} | dict(self.values)
        return {
            "row": self.row,
            "code": self.code,
            "severity": self.severity.value,
            "field": self.column,
            "values": {name: _plain(value) for name, value in self.values.items()},
            "messages": say_all(self.code, said),
        }


@dataclass(slots=True)
class ImportReport:
    """Counts by outcome (created, updated, unchanged, refused) and all findings, in row order.

    ``cases``: what the import changed in the list of overlap cases; None where it cannot, or when
    nothing was written.
    """

    collection: str
    file: str
    dry_run: bool
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[RowFinding] = field(default_factory=list)
    cases: Recount | None = None

    @property
    def rows(self) -> int:
        """How many rows were read; every one of them has an outcome."""
        return sum(self.outcomes.values())

    @property
    def refused(self) -> int:
        """How many rows were not taken into the register."""
        return self.outcomes["refused"]

    def as_json(self) -> dict[str, Any]:
        """Give the whole report."""
        return {
            "collection": self.collection,
            "file": self.file,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "outcomes": {
                name: self.outcomes[name] for name in ("created", "updated", "unchanged", "refused")
            },
            "by_code": dict(sorted(Counter(each.code for each in self.findings).items())),
            "cases": self.cases
            and {"opened": list(self.cases.opened), "closed": list(self.cases.closed)},
            "findings": [finding.as_json() for finding in self.findings],
        }


def _plain(value: Any) -> Any:
    spoken = value is None or isinstance(value, (str, int, float, bool, list))
    return value if spoken else str(value)
