"""Suspend a right, or let it rest by force majeure, until a day; take it up again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Step, Title
from cadastre.procedures.acts import act_named, ensure
from cadastre.procedures.facts import TitleFacts, act_value
from cadastre.procedures.terms import add_months
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import (
    holds_until,
    lock_titles,
    open_parcels,
    prolong_ground,
)

FORCE_MAJEURE = "force-majeure"


def suspend(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    until: dt.date,
    decision: Decision,
    *,
    force_majeure: bool = False,
) -> Step:
    """Suspend a right from today until a day; it runs again by itself on that day.

    Its ground stays held. Where the law gives back the time of a force majeure, the term moves by
    as many days; ending it early takes back those that were not used.

    Raises
    ------
    Blocked
        The guard is against, or ``titles.suspension-dates``: the day is past, or too far.
    """
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    name = FORCE_MAJEURE if force_majeure else "suspend"
    ensure(act_named(name).reasons_against(facts, ruleset), title.number)
    most = act_value(ruleset, "longest_suspension_months", facts.day)
    latest = None if most is None else add_months(facts.day, int(most))
    if until <= facts.day or (latest is not None and until > latest):
        raise Blocked("titles.suspension-dates", where="until", until=until, latest=latest or "—")
    title.suspended_from, title.suspended_until = facts.day, until
    added = 0
    if force_majeure and act_value(ruleset, "suspension_extends_term", facts.day):
        added = (until - facts.day).days
    _move_term(session, ruleset, title, instant, facts, added)
    told = {"until": until.isoformat(), "days_added": added}
    return record(session, ruleset, title, name, instant, decision, told, [title])


def resume(session: Session, ruleset: Ruleset, title: Title, decision: Decision) -> Step:
    """End a suspension today, before the day it was to end."""
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("resume").reasons_against(facts, ruleset), title.number)
    unused = _days_added_and_unused(title, facts.day)
    title.suspended_until = facts.day
    _move_term(session, ruleset, title, instant, facts, -unused)
    told = {"days_taken_back": unused}
    return record(session, ruleset, title, "resume", instant, decision, told, [title])


def _days_added_and_unused(title: Title, day: dt.date) -> int:
    """Count the days a force majeure gave in advance and that are not needed any more."""
    if title.dossier is None or title.suspended_until is None:
        return 0
    steps = [s for s in title.dossier.steps if s.kind in ("suspend", FORCE_MAJEURE)]
    if not steps or not steps[-1].facts.get("days_added"):
        return 0
    return max(0, (title.suspended_until - day).days)


def _move_term(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    instant: dt.datetime,
    facts: TitleFacts,
    days: int,
) -> None:
    if days and title.expires_on is not None:
        title.expires_on += dt.timedelta(days=days)
        until = holds_until(ruleset, title.expires_on, facts.day)
        if not facts.renewal_asked:  # held without an end until somebody answers
            prolong_ground(session, open_parcels(session, title, instant), until)
    session.flush()
