"""Give ground back: partial and total renunciation, withdrawal."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Step, Title
from cadastre.procedures.acts import act_named, creditors_against, ensure
from cadastre.procedures.ground import reduce_ground
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import (
    close_ground,
    groups_of,
    held,
    lock_titles,
    measure_of,
    open_parcels,
)
from cadastre.services.titles.release import end_title_and_charges, free_ground, replace_ground
from cadastre.services.titles.shape import ensure_lawful_shape


def renounce(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    decision: Decision,
    *,
    creditors_agree: bool = False,
) -> Step:
    """Give a whole title up; its charges end with it, so their creditors must have agreed.

    Raises
    ------
    Blocked
        ``titles.creditors-must-agree``, or the guard of the act gives a reason against.
    """
    return _end(session, ruleset, title, "renounce", decision, agreed=creditors_agree)


def withdraw(session: Session, ruleset: Ruleset, title: Title, decision: Decision) -> Step:
    """Take a title back from its holder."""
    return _end(session, ruleset, title, "withdraw", decision, agreed=True)


def renounce_part(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    kept: BaseGeometry,
    decision: Decision,
    *,
    creditors_agree: bool = False,
) -> Step:
    """Give part of a title's ground up; the right goes on over the ground that is kept.

    Parameters
    ----------
    kept
        Ground that is kept, EPSG:4326; it must lie inside the old one and have a lawful shape.

    Raises
    ------
    Blocked
        The guard, the shape, ``titles.nothing-freed`` or ``titles.creditors-must-agree``.
    """
    ensure_two_people(decision)
    lock_titles(session, [title], kept)
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    reasons = act_named("renounce-part").reasons_against(facts, ruleset)
    ensure(reasons + creditors_against(facts, ruleset, agreed=creditors_agree), title.number)
    now = held(open_parcels(session, title, instant))
    parts = reduce_ground(now.ground, kept, measure_of(ruleset, now.ground, facts.day))
    if parts.freed.is_empty:
        raise Blocked("titles.nothing-freed", where="geometry")
    ensure_lawful_shape(ruleset, title, parts.kept, facts.day)
    groups, until = groups_of(session, now.parcels), now.source.period.upper
    replace_ground(session, title, now, parts.kept, instant, until)
    told = free_ground(session, ruleset, title, parts.freed, groups, instant)
    return record(session, ruleset, title, "renounce-part", instant, decision, told, [title])


def _end(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    act: str,
    decision: Decision,
    *,
    agreed: bool,
) -> Step:
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    reasons = act_named(act).reasons_against(facts, ruleset)
    ensure(reasons + creditors_against(facts, ruleset, agreed=agreed), title.number)
    now = held(open_parcels(session, title, instant))
    groups = groups_of(session, now.parcels)
    close_ground(session, now.parcels, instant)
    ended = end_title_and_charges(session, title, act, facts.day)
    told = free_ground(session, ruleset, title, now.ground, groups, instant)
    told["charges_ended"] = ended
    return record(session, ruleset, title, act, instant, decision, told, [title])
