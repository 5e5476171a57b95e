"""Keep the room's figures day by day, and tell the months: as rows, as CSV and as a workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.models import IndicatorDay
from cadastre.queries.supervision import count_figures, count_months, observed_delays
from cadastre.sentences import say
from cadastre.services.supervision.room import Sector

SHOWN_DAYS = 90
MONTHS = 12
COLUMNS = (
    "month", "filings", "applications", "decisions", "grants", "ends", "overlaps_solved", "paid",
)  # fmt: skip
PUBLIC_COLUMNS = tuple(column for column in COLUMNS if column != "paid")
DELAY_DAYS = 365


def keep_day(session: Session, sector: Sector) -> int:
    """Write every figure of today; done again, the day's last values stand. Count the figures."""
    values = sector.values()
    rows = [
        {"day": values["day"], "figure": code, "value": one.count}
        for code, one in count_figures(session, values).items()
    ]
    statement = insert(IndicatorDay).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["day", "figure"],
            set_={"value": statement.excluded.value, "recorded_at": func.now()},
        )
    )
    return len(rows)


def series(session: Session, figure: str, day: dt.date) -> list[tuple[dt.date, int]]:
    """Give a figure as it stood on each day that was kept, of the last three months."""
    rows = session.execute(
        select(IndicatorDay.day, IndicatorDay.value)
        .where(
            IndicatorDay.figure == figure, IndicatorDay.day > day - dt.timedelta(days=SHOWN_DAYS)
        )
        .order_by(IndicatorDay.day)
    )
    return [(row[0], row[1]) for row in rows]


def months(session: Session, sector: Sector) -> list[dict[str, Any]]:
    """Count what happened in each of the last twelve months."""
    day: dt.date = sector.values()["day"]
    first = (day.replace(day=1) - dt.timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    rows = count_months(session, first, day, sector.ruleset.time_zone)
    return [{column: _plain(row[column]) for column in COLUMNS} for row in rows][-MONTHS:]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def delays(session: Session, sector: Sector, language: str) -> list[dict[str, Any]]:
    """Tell, by service, the delay announced and those really observed in the last year, in days."""
    since = sector.values()["now"] - dt.timedelta(days=DELAY_DAYS)
    observed = {row["service"]: row for row in observed_delays(session, since)}
    told = []
    for service in sector.catalogue:
        row = observed.get(service.id)
        told.append(
            {
                "service": service.id,
                "title": service.title[language],
                "announced": service.delay.text[language],
                "announced_most_days": service.delay.most_days,
                "announced_evidence": service.delay.evidence.value,
                "decided": 0 if row is None else row["decided"],
                "half_within_days": None if row is None else _days(row["half"]),
                "nine_in_ten_within_days": None if row is None else _days(row["most"]),
            }
        )
    return told


def _days(delay: dt.timedelta) -> float:
    return round(delay.total_seconds() / 86400, 1)


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    """Write rows as CSV with a line of column names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_workbook(rows: Sequence[dict[str, Any]], made_at: dt.datetime, language: str) -> bytes:
    """Write the monthly table as XLSX, with when it was made and what each column counts."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(say("supervision.months", language)[:31])
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, say(f"supervision.column-{column}", language), bold)
            for line, row in enumerate(rows, 1):
                if isinstance(row[column], str):
                    sheet.write_string(line, place, row[column])
                else:
                    sheet.write_number(line, place, row[column])
        sheet.set_column(0, len(COLUMNS), 16)
        sheet.freeze_panes(1, 1)
        notes = book.add_worksheet(say("supervision.notes", language)[:31])
        notes.write_string(0, 0, say("supervision.made-at", language, at=made_at))
        for line, column in enumerate(COLUMNS[1:], 2):
            notes.write_string(line, 0, say(f"supervision.column-{column}", language))
            notes.write_string(line, 1, say(f"supervision.meaning-{column}", language))
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, 90)
    return content.getvalue()
