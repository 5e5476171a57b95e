"""Renew a right, giving back the part of its ground that the law wants."""

from __future__ import annotations

from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.models import Step, Title
from cadastre.procedures.acts import act_named, ensure
from cadastre.procedures.facts import TitleFacts
from cadastre.procedures.ground import ROUNDING, Reduced, reduce_ground
from cadastre.procedures.terms import add_years
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import (
    groups_of,
    held,
    holds_until,
    lock_titles,
    measure_of,
    open_parcels,
    prolong_ground,
)
from cadastre.services.titles.pending import answer_all
from cadastre.services.titles.release import free_ground, replace_ground
from cadastre.services.titles.shape import ensure_lawful_shape


def renew(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    decision: Decision,
    *,
    kept: BaseGeometry | None = None,
    years: float | None = None,
) -> Step:
    """Prolong a right from its term on, over the ground that is kept.

    A right renewed in its days of grace is prolonged from its old term, not from today.

    Parameters
    ----------
    kept
        Ground that is kept, EPSG:4326; None: all of it, where the law lets it.
    years
        Only where the law gives no duration of a renewal; a longer one than the law's is refused.

    Raises
    ------
    Blocked
        The guard gives a reason against; ``titles.too-little-given-up``; the shape of what is kept.
    UnusableInput
        ``titles.years-unknown``: neither law nor request give a duration.
    """
    ensure_two_people(decision)
    lock_titles(session, [title], *([] if kept is None else [kept]))
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("renew").reasons_against(facts, ruleset), title.number)
    now = held(open_parcels(session, title, instant))
    parts = _parts(ruleset, facts, now.ground, kept)
    if kept is not None:
        ensure_lawful_shape(ruleset, title, parts.kept, facts.day)
    assert facts.expires_on is not None  # can_renew refuses a right without a term
    title.expires_on = add_years(facts.expires_on, _years(ruleset, facts, years))
    if title.expires_on <= facts.day:
        raise Blocked("titles.renewal-already-over", where=title.number, day=title.expires_on)
    until = holds_until(ruleset, title.expires_on, facts.day)
    groups = groups_of(session, now.parcels)
    answer_all(session, title, "granted", instant)
    if parts.freed.is_empty:
        prolong_ground(session, now.parcels, until)
    else:
        replace_ground(session, title, now, parts.kept, instant, until)
    told = free_ground(session, ruleset, title, parts.freed, groups, instant)
    told |= {"expires_on": title.expires_on.isoformat(), "share_freed": round(parts.share_freed, 6)}
    return record(session, ruleset, title, "renew", instant, decision, told, [title])


def _parts(
    ruleset: Ruleset, facts: TitleFacts, ground: MultiPolygon, kept: BaseGeometry | None
) -> Reduced:
    """Cut the ground, and hold what is given up against the share of the law."""
    if kept is None:
        parts = Reduced(ground, MultiPolygon(), 0.0)
    else:
        parts = reduce_ground(ground, kept, measure_of(ruleset, ground, facts.day))
    ensure_enough_given_up(ruleset, facts, parts.share_freed)
    return parts


def ensure_enough_given_up(ruleset: Ruleset, facts: TitleFacts, share: float) -> None:
    """Hold the share of ground given up, 0 to 1, against what the law wants of a renewal.

    Raises
    ------
    Blocked
        ``titles.too-little-given-up``.
    """
    rule = ruleset.kind(facts.kind).at("relinquishment_share", facts.day)
    due = 0.0 if rule is None or rule.value is None else float(rule.value)
    if share < due - ROUNDING:
        raise Blocked(
            "titles.too-little-given-up",
            where="geometry",
            number=facts.number,
            due=round(100 * due, 2),
            given=round(100 * share, 2),
        )


def _years(ruleset: Ruleset, facts: TitleFacts, asked: float | None) -> float:
    rule = ruleset.kind(facts.kind).at("renewal_years", facts.day)
    most: float | None = None if rule is None else rule.value
    if asked is None and most is None:
        raise UnusableInput("titles.years-unknown", where="years", number=facts.number)
    if asked is not None and (asked <= 0 or (most is not None and asked > most)):
        raise Blocked("titles.years-too-many", where="years", asked=asked, most=most or 0)
    return float(asked if asked is not None else most or 0)
