"""Say what became of every row: one report for a trial and for an import of several runs."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cadastre.models import ImportJob, ImportRow
from cadastre.vocabulary import Language

OUTCOMES = ("created", "updated", "unchanged", "refused")
COLUMNS = ("row", "outcome", "severity", "code", "field", "message_fr", "message_en")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def storable(body: dict[str, Any]) -> dict[str, Any]:
    """Give what the database can keep as JSON: no zero character, no half letter, no NaN."""
    found: dict[str, Any] = _plain(body)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(str(name)): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def summary(
    job: ImportJob,
    rows: Sequence[ImportRow],
    whole: list[dict[str, Any]],
    cases: dict[str, Any] | None,
) -> dict[str, Any]:
    """Give the report of an import from what stands written about its rows.

    Parameters
    ----------
    whole
        Findings about the file as a whole (row 0).
    """
    findings = [*whole, *(finding for row in rows for finding in row.findings["findings"])]
    outcomes = Counter(row.outcome for row in rows)
    return {
        "collection": job.collection,
        "file": job.filename,
        "dry_run": False,
        "rows": len(rows),
        "outcomes": {name: outcomes[name] for name in OUTCOMES},
        "by_code": dict(sorted(Counter(each["code"] for each in findings).items())),
        "cases": cases,
        "findings": findings,
    }


def report_csv(report: Mapping[str, Any], outcomes: Mapping[int, str] | None = None) -> bytes:
    """Write a report as CSV (UTF-8 with its mark), one line a finding, safe for spreadsheets.

    Parameters
    ----------
    outcomes
        What became of each row, where it is known row by row: rows without a finding get a line.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    known = dict(outcomes or {})
    lines = [(each["row"], _line(each, known)) for each in report["findings"]]
    told = {each["row"] for each in report["findings"]}
    lines += [
        (row, [str(row), outcome, "", "", "", "", ""])
        for row, outcome in known.items()
        if row not in told
    ]
    writer.writerows(line for _, line in sorted(lines, key=lambda line: line[0]))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _line(finding: Mapping[str, Any], outcomes: Mapping[int, str]) -> list[str]:
    row, messages = finding["row"], finding["messages"]
    refused = "refused" if finding["severity"] == "block" else ""
    cells = [
        outcomes.get(row, refused), finding["severity"], finding["code"], finding["field"] or "",
        messages[Language.FR.value], messages[Language.EN.value],
    ]  # fmt: skip
    return [str(row), *(_harmless(cell) for cell in cells)]


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running what somebody wrote into a field."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
