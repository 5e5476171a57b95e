"""What a figure counts, line by line, with its definition; and how it moved day by day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotFound
from cadastre.queries.supervision import FIGURES, MOST_ROWS
from cadastre.services.supervision import history
from cadastre.services.supervision.room import behind
from web.views.supervision import common
from web.views.supervision.chart import Chart, bars, line

pages = Blueprint("supervision_lists", __name__)
WHERE = {
    "application": "/applications/", "case": "/desk/cases/", "title": "/titles/",
    "opening": "/openings/", "invoice": "/invoices/", "work": "/works/", "dossier": "/desk/",
    "owner": "/search?q=",
}  # fmt: skip
KEPT_IN_CHARTS = ("dossiers.open", "dossiers.overdue", "cases.open", "titles.in-force")


@pages.get("/supervision/list/<code>")
@open_to(Access.ANYBODY)
def behind_figure(code: str) -> str | AnyResponse:
    """List what a figure counts; a linked screen shows numbers and opens no lists."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return who
    if who.screen is not None or code not in FIGURES:
        raise NotFound("supervision.no-such-figure", where=code[:60])
    narrow = {name: request.args.get(name) for name in ("service", "office", "state")}
    rows = behind(db_session(), common.sector(), code, **narrow)
    source = FIGURES[code].source
    day = now().day
    return render_template(
        "supervision/list.html",
        code=code,
        label=common.label(code),
        meaning=common.meaning(code),
        rows=[_row(row, source) for row in rows],
        most=MOST_ROWS,
        narrowed=_narrowed(narrow),
        at=dt.datetime.now(ZoneInfo(state().ruleset.time_zone)),
        chart=line(history.series(db_session(), code, day), current_language()),
        currency=state().ruleset.currency,
    )


def _row(row: Any, source: str) -> dict[str, Any]:
    zone = ZoneInfo(state().ruleset.time_zone)
    at = row["at"]
    named = common.names()["service"].get(row["about"], row["about"])
    opens = source in WHERE and (source not in ("dossier", "case") or common.in_office())
    return {
        "label": row["label"],
        "about": named,
        "day": at.astimezone(zone).date() if isinstance(at, dt.datetime) else at,
        "place": common.office_names().get(row["place"] or "", row["place"]),
        "amount": row["amount"],
        "href": f"{WHERE[source]}{row['label']}" if opens else None,
    }


def _narrowed(narrow: dict[str, str | None]) -> list[str]:
    names = common.names()
    return [names[by].get(key, key) for by, key in narrow.items() if key is not None]


@pages.get("/supervision/history")
@open_to(Access.ANYBODY)
def months() -> str | AnyResponse:
    """Show the last twelve months and the days that were kept."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return who
    session, language, day = db_session(), current_language(), now().day
    rows = history.months(session, common.sector())
    charts: list[tuple[str, Chart]] = [
        (column, bars([(row["month"], row[column]) for row in rows], language))
        for column in ("filings", "applications", "decisions", "grants")
    ]
    kept = [
        (code, common.label(code), line(history.series(session, code, day), language))
        for code in KEPT_IN_CHARTS
    ]
    return render_template(
        "supervision/history.html", rows=rows, columns=history.COLUMNS, charts=charts, kept=kept
    )


@pages.get("/supervision/history.<form>")
@open_to(Access.ANYBODY)
def months_file(form: str) -> AnyResponse:
    """Give the months as CSV or XLSX."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return who
    rows = history.months(db_session(), common.sector())
    name = f"supervision-{now().day.isoformat()}.{form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    if form == "csv":
        content = history.as_csv(history.COLUMNS, rows)
        return Response(content, headers=headers, content_type="text/csv; charset=utf-8")
    if form == "xlsx":
        made = dt.datetime.now(ZoneInfo(state().ruleset.time_zone))
        book = history.as_workbook(rows, made, current_language())
        return Response(book, headers=headers, content_type=XLSX)
    raise NotFound("supervision.no-such-file", where=form[:20])


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
