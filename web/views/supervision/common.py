"""Who watches, what they are shown, and the words and links of each figure."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import format_compact_decimal
from flask import current_app, redirect, request, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response

from api.language import current_language
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.rules.permissions import ensure, works_in_office
from cadastre.sentences import say
from cadastre.services.supervision.room import Sector, may_watch, room
from cadastre.services.supervision.screens import recognise

COOKIE = "cadastre_screen"
CACHE = "supervision"
FRESH_SECONDS = 2.0
ELSEWHERE = {
    "services.online": "/services",
    "services.percent": "/services",
    "services.suspended": "/services",
    "log.late": "/log/",
}


@dataclass
class Latest:
    """The room as last worked out in this process: many who ask at once are given the same."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: float = 0.0
    told: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks: somebody with an account, or a linked screen."""

    screen: int | None = None


def watcher() -> Watcher | Response:
    """Give who looks, or the way to the sign-in page.

    Raises
    ------
    NotAllowed
        ``supervision.not-yours``: somebody who does not work with these figures.
    """
    actor = current_actor()
    if may_watch(actor):
        return Watcher()
    screen = recognise(db_session(), request.cookies.get(COOKIE))
    if screen is not None:
        return Watcher(screen)
    if not actor.is_known:
        return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
    ensure(False, actor, "supervision.not-yours")
    raise AssertionError


def sector() -> Sector:
    """Give what figures depend on besides the register."""
    return Sector(state().settings, state().ruleset, state().catalogue)


def room_now() -> dict[str, Any]:
    """Give the room, at most two seconds old."""
    latest = _latest()
    with latest.lock:
        if time.monotonic() - latest.made > FRESH_SECONDS:
            latest.told = room(db_session(), sector())
            latest.made = time.monotonic()
        return latest.told


def _latest() -> Latest:
    kept: Latest = current_app.extensions.setdefault(CACHE, Latest())
    return kept


def office_names() -> dict[str, str]:
    """Name the regions whose offices carry dossiers; read once, they do not move."""
    latest = _latest()
    if not latest.names:
        query = "SELECT code, name FROM administrative_unit WHERE level = 1"
        latest.names = {row[0]: row[1] for row in db_session().execute(text(query))}
    return latest.names


def names() -> dict[str, dict[str, str]]:
    """Name the lines of tables in the reader's language: services, offices, states."""
    language = current_language()
    nowhere = {"": say("supervision.no-office", language)}
    return {
        "service": {service.id: service.title[language] for service in state().catalogue},
        "office": {**nowhere, **office_names()},
        "state": {word: say(f"desk.state-{word}", language) for word in STATES},
    }


STATES = (
    "lodged", "examining", "completing", "suspended", "proposed", "accepted", "issued", "refused",
    "withdrawn", "lapsed",
)  # fmt: skip


def label(code: str) -> str:
    """Name a figure."""
    return say(f"supervision.figure-{code.replace('.', '-')}", current_language())


def meaning(code: str) -> str:
    """Say what a figure counts."""
    return say(f"supervision.meaning-{code.replace('.', '-')}", current_language())


def behind_address(code: str, **narrow: Any) -> str:
    """Give the address of what a figure counts."""
    found = ELSEWHERE.get(code)
    return found or url_for("supervision_lists.behind_figure", code=code, **narrow)


def short(number: float) -> str:
    """Write a large number shortly: 1.2 M."""
    if abs(number) < 10_000:
        return str(int(number))
    return format_compact_decimal(number, locale=current_language(), fraction_digits=1)


def in_office() -> bool:
    """Tell whether the reader may open dossiers at the desk."""
    return works_in_office(current_actor())
