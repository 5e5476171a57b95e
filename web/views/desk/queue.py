"""What is to be done today: the queue of the desk, who takes what, who is away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.again import tried_again
from api.language import current_language
from api.parameters import parse_day
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import now, state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.procedures.machine import State
from cadastre.queries.desk import Asked
from cadastre.rules.permissions import can_hand_out, can_see_opinions, works_in_office
from cadastre.sentences import say
from cadastre.services.dossiers.access import readable
from cadastre.services.dossiers.assignment import absences_of, assign, be_away, colleagues
from cadastre.services.dossiers.listing import desk_rows, today, turn_of
from cadastre.services.mandates import count_waiting
from web.views.told import Refused, refused

pages = Blueprint("desk", __name__)
QUEUES = ("todo", "mine", "nobody", "overdue", "unread", "all", "closed")
KEYS = dict(zip(QUEUES, "tmnruac", strict=True))  # t: to do, r: retard, u: unread, c: closed
MY_TURN = ("todo", "mine", "nobody", "overdue")
STATES = tuple(state.value for state in State if state is not State.DRAFT)
PAGE = 50
MOST_AT_ONCE = 50
DONE = ("assigned", "away")
SHORTLY = 3  # days under which a term is pointed out


@dataclass(frozen=True, slots=True)
class Term:
    """When something is due, in days of the legal clock; negative once it is late."""

    day: dt.date
    left: int

    @property
    def is_late(self) -> bool:
        """Tell whether the day has passed."""
        return self.left < 0

    @property
    def is_near(self) -> bool:
        """Tell whether little time is left."""
        return 0 <= self.left <= SHORTLY


@pages.app_template_filter("term")
def term(due: str | None) -> Term | None:
    """Read the instant at which a delay is over as its last day, and count the days left."""
    if due is None:
        return None
    instant = dt.datetime.fromisoformat(due)
    zone = ZoneInfo(state().ruleset.time_zone)
    day = (instant.astimezone(zone) - dt.timedelta(seconds=1)).date()
    return Term(day, (day - now().day).days)


@pages.app_template_filter("day_term")
def day_term(due: str | None) -> Term | None:
    """Count the days left until a last day."""
    if due is None:
        return None
    day = dt.date.fromisoformat(due)
    return Term(day, (day - now().day).days)


@pages.app_template_filter("at")
def at(instant: str) -> dt.datetime:
    """Read an instant of an answer of the API."""
    return dt.datetime.fromisoformat(instant)


@pages.app_template_filter("desk_state")
def state_option(word: str) -> tuple[str, str]:
    """Pair a state with its name, for a select."""
    return word, say(f"desk.state-{word}", current_language())


@pages.get("/desk")
@open_to(Access.SIGNED_IN)
def index() -> str | Response:
    """List the dossiers that wait for the person asking, what is due first at the top."""
    actor = current_actor()
    if not works_in_office(actor) and can_see_opinions(actor):
        return redirect(url_for("opinions.index"))
    return show()


def show(against: tuple[Refused, ...] = ()) -> str:
    """Render the queue, with what was refused on top."""
    session, actor, language = db_session(), current_actor(), current_language()
    queue = request.args.get("queue", "todo")
    queue = queue if queue in QUEUES else "todo"
    page = max(_count("page"), 1)
    rows, total = desk_rows(
        session, actor, _asked(queue), language, limit=PAGE, offset=(page - 1) * PAGE
    )
    assert actor.account_id is not None
    people = colleagues(session)
    return render_template(
        "desk/queue.html", queue=queue, queues=QUEUES, keys=KEYS, rows=rows, total=total,
        counts=today(session, state().ruleset, actor), page=page, last_page=-(-total // PAGE) or 1,
        services=_services(language), states=STATES, address=_address, me=actor.account_id,
        may_assign=can_hand_out(actor), people=people,
        names={one.id: one.display_name for one in people},
        away=absences_of(session, actor.account_id, now().day), against=against,
        form=request.form, done=_one_of("done", DONE), narrowed=_is_narrowed(),
        mandates=count_waiting(session),
    )  # fmt: skip


def _asked(queue: str) -> Asked:
    """Read which dossiers are wanted; what is not understood is as if it were not there."""
    return Asked(
        turn=turn_of(current_actor()) if queue in MY_TURN else (),
        carried=queue if queue in ("mine", "nobody") else None,
        service=request.args.get("service") or None,
        state=_one_of("state", STATES),
        overdue=queue == "overdue",
        closed=queue == "closed",
        unread=queue == "unread",
        words=request.args.get("q", "").strip()[:100] or None,
    )


def _is_narrowed() -> bool:
    return any(request.args.get(name) for name in ("service", "state", "q"))


def _one_of(name: str, known: tuple[str, ...]) -> str | None:
    return request.args[name] if request.args.get(name) in known else None


def _count(name: str) -> int:
    text = request.args.get(name, "")
    return int(text[:6]) if text.isascii() and text.isdigit() else 0


def _services(language: str) -> list[tuple[str, str]]:
    found = state().catalogue.services.items()
    return sorted(((key, one.title[language]) for key, one in found), key=lambda pair: pair[1])


def _address(**changed: Any) -> str:
    """Give the address of the queue with something of its question changed."""
    kept = {name: value for name, value in request.args.items() if name not in ("done", "page")}
    asked = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{url_for('desk.index')}?{urlencode(asked)}"


@pages.post("/desk/assignments")
@open_to(Access.PERSON)
@tried_again
def assignments() -> Any:
    """Give the dossiers that were ticked to oneself or to a colleague, one after the other."""
    form, session, actor = request.form, db_session(), current_actor()
    try:
        taken = form.getlist("take")
        numbers = (taken or form.getlist("number"))[:MOST_AT_ONCE]
        if not numbers:
            raise UnusableInput("desk.nothing-ticked", where="number")
        to_me = taken or form.get("to", "me") == "me"
        taker = actor.account_id if to_me else _account_id(form["to"])
        for number in numbers:
            assign(session, readable(session, number, actor, lock=True), actor, taker)
    except CadastreError as error:
        session.rollback()
        return show((refused(error, current_language(), ("number", "to")),)), error.http_status
    return redirect(_address(done="assigned"), 303)


def _account_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UnusableInput("desk.nobody", where=text[:40])
    return int(text)


@pages.post("/desk/absences")
@open_to(Access.PERSON, second_factor=False)
@tried_again
def absences() -> Any:
    """Say when one is away and who stands in."""
    form, session = request.form, db_session()
    try:
        starts, ends = (_day(form.get(name, ""), name) for name in ("starts_on", "ends_on"))
        be_away(session, current_actor(), _account_id(form.get("substitute_id", "")), starts, ends)
    except CadastreError as error:
        session.rollback()
        fields = ("substitute_id", "starts_on", "ends_on")
        return show((refused(error, current_language(), fields),)), error.http_status
    return redirect(url_for("desk.index", done="away"), 303)


def _day(text: str, name: str) -> dt.date:
    day = parse_day(text, name)
    if day is None:
        raise UnusableInput("http.not-a-date", where=name, given="")
    return day
