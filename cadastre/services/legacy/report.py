"""Tell row by row what became of an older register, without the name of any holder."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

from cadastre.sentences import say
from cadastre.services.legacy.loading import LegacyLoad, Row

COLUMNS = ("row", "number", "grade", "standing", "transferable", "doubts", "words")


def summary(load: LegacyLoad) -> dict[str, Any]:
    """Count rows by grade, standing and doubt."""
    return {
        "source": load.source,
        "sha256": load.digest,
        "rows": len(load.rows),
        "pairs": load.pairs,
        "parties": load.parties,
        "grades": _counted(row.grade for row in load.rows),
        "standings": _counted(row.standing or "none" for row in load.rows),
        "quarantined": sum(not row.transferable for row in load.rows),
        "doubts": _counted(code for row in load.rows for code in row.doubts),
    }


def as_csv(load: LegacyLoad, language: str) -> str:
    """Write a line a row of the file."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in load.rows:
        described = _row(row, language)
        writer.writerow(
            " ".join(value) if isinstance(value, list) else value for value in described.values()
        )
    return table.getvalue()


def as_json(load: LegacyLoad, language: str) -> str:
    """Write the summary and an object a row."""
    content = {**summary(load), "lines": [_row(row, language) for row in load.rows]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _row(row: Row, language: str) -> dict[str, Any]:
    return {
        "row": row.row,
        "number": _safe(row.number),
        "grade": row.grade,
        "standing": row.standing or "",
        "transferable": row.transferable,
        "doubts": list(row.doubts),
        "words": [say(f"doubt.{code}", language) for code in row.doubts],
    }


def _safe(cell: str) -> str:
    """Keep a spreadsheet from taking what a stranger wrote for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@" else cell


def _counted(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))
