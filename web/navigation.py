"""The head of every page: what this reader comes for first, the rest under "more"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flask import current_app, request

from api.sign_in import current_actor
from cadastre.rules import permissions
from cadastre.rules.permissions import (
    Actor,
    can_keep_register,
    can_open_office,
    can_propose_acts,
    can_read_journal,
    can_receive_people,
    can_see_certificates,
    can_see_money,
    can_see_opinions,
    can_watch_sector,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place: the sentence that names it, its address, and who is led there."""

    code: str
    href: str
    shown: Callable[[Actor], bool] = lambda _actor: True


def _outside(actor: Actor) -> bool:
    return not can_open_office(actor)


FIRST = (
    Entry("nav.desk", "/desk", can_open_office),
    Entry("nav.opinions", "/opinions", can_see_opinions),
    Entry("nav.counter", "/counter", can_receive_people),
    Entry("pages.nav-map", "/"),
    Entry("nav.services", "/services"),
    Entry("nav.draw", "/draw", _outside),
    Entry("nav.dossiers", "/dossiers", lambda actor: actor.is_known and _outside(actor)),
    Entry("nav.follow", "/follow", lambda actor: not actor.is_known),
)
MORE = (
    Entry("cases.nav", "/desk/cases", can_open_office),
    Entry("imports.nav", "/imports", can_keep_register),
    Entry("acts-read.nav", "/acts-read", can_keep_register),
    Entry("supervision.nav", "/supervision", can_watch_sector),
    Entry("acts.nav", "/proposals", can_propose_acts),
    Entry("money.nav", "/money", can_see_money),
    Entry("journal.nav", "/journal", can_read_journal),
    Entry("certificates.nav", "/certificates", can_see_certificates),
    Entry("nav.draw", "/draw", can_open_office),
    Entry("nav.follow", "/follow", lambda actor: actor.is_known),
    Entry("watch.nav", "/watch"),
    Entry("works.nav", "/works"),
    Entry("openings.nav", "/openings"),
    Entry("data.nav", "/data"),
    Entry("eiti.nav", "/eiti"),
    Entry("nav.log", "/log/"),
    Entry("supervision.nav-statistics", "/statistics"),
    Entry("pages.nav-about", "/about"),
)


def navigation() -> dict[str, list[tuple[str, str, bool]]]:
    """Give the places of a page's head, in two parts: (address, code, whether one is there)."""
    actor = current_actor()
    return {"first": _places(FIRST, actor), "more": _places(MORE, actor)}


def allowed(question: str) -> bool:
    """Answer a question of :mod:`cadastre.rules.permissions` for who is reading."""
    answer: bool = getattr(permissions, question)(current_actor())
    return answer


def _places(entries: tuple[Entry, ...], actor: Actor) -> list[tuple[str, str, bool]]:
    served = _served()
    return [
        (entry.href, entry.code, request.path == entry.href)
        for entry in entries
        if entry.href in served and entry.shown(actor)
    ]


def _served() -> frozenset[str]:
    return _rules(current_app._get_current_object())  # type: ignore[attr-defined]


@cache
def _rules(app: object) -> frozenset[str]:
    """List the addresses this site serves: a part that is left out leaves no dead link."""
    return frozenset(rule.rule for rule in app.url_map.iter_rules())  # type: ignore[attr-defined]
