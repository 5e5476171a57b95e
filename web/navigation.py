"""The head of every page: what this reader comes for first, the rest under "more"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flask import current_app, request

from api.sign_in import current_actor
from cadastre.rules.permissions import OFFICE_ROLES, Actor, Role, can_see_certificates
from cadastre.services.supervision.room import may_watch

MONEY_ROLES = (*OFFICE_ROLES, Role.CLERK, Role.AUDITOR, Role.ADMINISTRATOR)
DESK_ROLES = (*OFFICE_ROLES, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place: the sentence that names it, its address, and who is led there."""

    code: str
    href: str
    shown: Callable[[Actor], bool] = lambda _actor: True


def _in_office(actor: Actor) -> bool:
    return actor.bears(*DESK_ROLES)


def _outside(actor: Actor) -> bool:
    return not _in_office(actor)


FIRST = (
    Entry("nav.desk", "/desk", _in_office),
    Entry("nav.opinions", "/opinions", lambda actor: actor.bears(Role.ADVISER)),
    Entry("nav.counter", "/counter", lambda actor: actor.bears(Role.CLERK)),
    Entry("pages.nav-map", "/"),
    Entry("nav.services", "/services"),
    Entry("nav.draw", "/draw", _outside),
    Entry("nav.dossiers", "/dossiers", lambda actor: actor.is_known and _outside(actor)),
    Entry("nav.follow", "/follow", lambda actor: not actor.is_known),
)
MORE = (
    Entry("cases.nav", "/desk/cases", _in_office),
    Entry("imports.nav", "/imports", lambda actor: actor.bears(Role.AGENT)),
    Entry("acts-read.nav", "/acts-read", lambda actor: actor.bears(Role.AGENT)),
    Entry("supervision.nav", "/supervision", may_watch),
    Entry("acts.nav", "/proposals", lambda actor: actor.bears(Role.AGENT, Role.DECIDER)),
    Entry("money.nav", "/money", lambda actor: actor.bears(*MONEY_ROLES)),
    Entry("certificates.nav", "/certificates", can_see_certificates),
    Entry("nav.draw", "/draw", _in_office),
    Entry("nav.follow", "/follow", lambda actor: actor.is_known),
    Entry("watch.nav", "/watch"),
    Entry("openings.nav", "/openings"),
    Entry("data.nav", "/data"),
    Entry("eiti.nav", "/eiti"),
    Entry("nav.log", "/log/"),
    Entry("supervision.nav-statistics", "/statistics"),
    Entry("works.nav", "/works"),
    Entry("pages.nav-about", "/about"),
)


def navigation() -> dict[str, list[tuple[str, str, bool]]]:
    """Give the places of a page's head, in two parts: (address, code, whether one is there)."""
    actor = current_actor()
    return {"first": _places(FIRST, actor), "more": _places(MORE, actor)}


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
