"""The public map and register: the first page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from api.language import current_language
from api.parameters import parse_day, parse_known
from api.state import now, state
from cadastre.rules.ruleset import Kind, Ruleset
from web.letters import letters_of

pages = Blueprint("map", __name__)

# What the legend shows of titles besides their kind; the others hold no ground on the day shown.
SHOWN_STATUSES = ("in-force", "future", "suspended")


@dataclass(frozen=True, slots=True)
class Moment:
    """The day a page looks at, and until when the register's knowledge counts; None: now."""

    at: dt.date | None
    known: dt.datetime | None
    is_future: bool

    def question(self) -> dict[str, str]:
        """Give the parameters that lead another page or program to the same moment."""
        told = {"at": self.at and self.at.isoformat(), "known": request.args.get("known")}
        return {name: value for name, value in told.items() if value}


@pages.get("/")
def index() -> str:
    """Show the search field, its explanation, the legend and, with a script, the map."""
    ruleset, language = state().ruleset, current_language()
    settings = {**map_settings(ruleset, language), "moment": moment_asked().question()}
    return render_template("map.html", settings=settings, statuses=SHOWN_STATUSES)


@pages.app_context_processor
def moment() -> dict[str, Any]:
    """Let templates say loudly that a page does not show the register of today."""
    return {"moment_asked": moment_asked, "at_moment": at_moment}


def at_moment(address: str) -> str:
    """Give what an address of ours needs to keep the moment looked at: ``?at=…`` or nothing.

    A place on the map is looked at today: its address is a fragment.
    """
    question = moment_asked().question()
    return f"?{urlencode(question)}" if question and "#" not in address else ""


def moment_asked() -> Moment:
    """Read ``at`` and ``known`` of the address.

    Raises
    ------
    UnusableInput
        ``http.not-a-date`` or ``http.in-the-future``.
    """
    at, today = parse_day(request.args.get("at")), now().day
    shown = None if at == today else at
    return Moment(shown, parse_known(request.args), shown is not None and shown > today)


def map_settings(ruleset: Ruleset, language: str) -> dict[str, Any]:
    """Give the map's script what the ruleset says: the country's box, and the names of kinds."""
    return {
        "bounds": list(ruleset.envelope),
        "kinds": [
            _kind(kind, language, ruleset.languages[0]) for kind in ruleset.kinds.values()
        ],
        "labels": {
            "zones": {kind.id: kind.name[language] for kind in ruleset.zones.values()},
            "works": {kind.id: kind.name[language] for kind in ruleset.works.values()},
        },
    }


def _kind(kind: Kind, language: str, law_language: str) -> dict[str, str]:
    """Letters are those of the law's language everywhere: they are part of numbers."""
    letters = letters_of(kind.name[law_language])
    return {"id": kind.id, "label": kind.name[language], "letters": letters}
