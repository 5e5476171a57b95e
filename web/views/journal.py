"""The journal for auditors: who did or saw what, about which dossier or person, on which days."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for

from api.parameters import parse_day
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import CadastreError
from cadastre.queries.journal_reading import PAGE, JournalFilter, JournalLine, read_journal
from cadastre.rules.permissions import can_read_journal, ensure

pages = Blueprint("journal", __name__)
WORDS = ("about", "who", "whose", "action")
MOST_WORDS = 120
# Where the thing an entry is about has a page.
PLACES = {
    "dossier": "/desk/", "title": "/titles/", "application": "/applications/",
    "invoice": "/invoices/", "case": "/desk/cases/", "zone": "/zones/", "work": "/works/",
    "opening": "/openings/",
}  # fmt: skip


@pages.get("/journal")
@open_to(Access.AUDITOR)
def index() -> Response:
    """Show entries, the newest first, narrowed by dossier, person, act and day."""
    actor = current_actor()
    ensure(can_read_journal(actor), actor)
    problem, lines = None, []
    try:
        lines = read_journal(db_session(), _asked())
    except CadastreError as error:
        problem = error
    page = render_template(
        "journal/page.html", lines=lines, given=request.args, problem=problem,
        older=_older(lines), places=PLACES,
    )  # fmt: skip
    status = 200 if problem is None else problem.http_status
    return Response(page, status, {"Cache-Control": "no-store"})


def _asked() -> JournalFilter:
    args = request.args
    words = {name: args.get(name, "").strip()[:MOST_WORDS] for name in WORDS}
    before = args.get("before", "")
    return JournalFilter(
        since=_midnight(parse_day(args.get("first"), "first")),
        until=_midnight(parse_day(args.get("last"), "last"), after=1),
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
        **words,
    )


def _midnight(day: dt.date | None, after: int = 0) -> dt.datetime | None:
    """Give where a day begins on the legal clock."""
    if day is None or not dt.date.min < day < dt.date.max:
        return None
    zone = ZoneInfo(state().ruleset.time_zone)
    return dt.datetime.combine(day + dt.timedelta(days=after), dt.time.min, zone)


def _older(lines: list[JournalLine]) -> str | None:
    if len(lines) < PAGE:
        return None
    told = {**request.args, "before": str(lines[-1].entry.id)}
    return f"{url_for('journal.index')}?{urlencode(told)}"
