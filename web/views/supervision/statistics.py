"""Statistics for everybody: the delays really observed and the months, as open data."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template
from werkzeug.wrappers import Response as AnyResponse

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotFound
from cadastre.services.supervision import history
from cadastre.services.supervision.plan import plan_of, realised
from web.views.supervision.chart import bars
from web.views.supervision.common import sector

pages = Blueprint("statistics", __name__)
TABLES = ("delays", "months")
DELAY_COLUMNS = (
    "service", "title", "announced", "announced_most_days", "announced_evidence", "decided",
    "half_within_days", "nine_in_ten_within_days",
)  # fmt: skip
OPEN = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@pages.get("/statistics")
@open_to(Access.ANYBODY)
def statistics() -> str:
    """Show how long services really take, and what happened month by month."""
    months = history.months(db_session(), sector())
    plan = plan_of(state().settings)
    language = current_language()
    return render_template(
        "supervision/statistics.html",
        delays=history.delays(db_session(), sector(), language),
        months=months,
        columns=history.PUBLIC_COLUMNS,
        charts=[
            (column, bars([(row["month"], row[column]) for row in months], language))
            for column in ("filings", "applications", "decisions", "grants")
        ],
        plan=plan,
        realised=realised(plan, state().catalogue, state().ruleset, now().day),
    )


@pages.get("/statistics/<table>.<form>")
@open_to(Access.ANYBODY)
def table_file(table: str, form: str) -> AnyResponse:
    """Give a table as JSON or CSV, for anybody and any site."""
    if table not in TABLES or form not in ("json", "csv"):
        raise NotFound("supervision.no-such-file", where=f"{table}.{form}"[:60])
    rows, columns = _table(table)
    if form == "csv":
        text = history.as_csv(columns, rows)
        return Response(text, headers=OPEN, content_type="text/csv; charset=utf-8")
    kept = [{column: row[column] for column in columns} for row in rows]
    answer = jsonify({"as_of": now().instant.isoformat(timespec="seconds"), "rows": kept})
    answer.headers.update(OPEN)
    return answer


def _table(table: str) -> tuple[list[dict[str, object]], tuple[str, ...]]:
    session = db_session()
    if table == "delays":
        return history.delays(session, sector(), current_language()), DELAY_COLUMNS
    return history.months(session, sector()), history.PUBLIC_COLUMNS
