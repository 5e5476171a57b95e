"""Extend, split and merge titles: ground adds up, seniority and charges follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Step, Title, TitleRelation
from cadastre.procedures.acts import act_named, creditors_against, ensure
from cadastre.procedures.charges import carried, merged
from cadastre.procedures.facts import TitleFacts, act_value
from cadastre.procedures.family import Kinship, adds_up, child_numbers
from cadastre.procedures.ground import divide_ground, extend_ground, unite_ground, whole
from cadastre.rules.ruleset import Ruleset
from cadastre.services.granting import ensure_granting_open
from cadastre.services.openings.reserved import refuse_reserved_ground
from cadastre.services.titles.burdens import carry_charges, end_all_charges
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import (
    close_ground,
    groups_of,
    held,
    holds_until,
    lock_titles,
    measure_of,
    open_ground,
    open_parcels,
)
from cadastre.services.titles.holders import share_out
from cadastre.services.titles.release import end_title, replace_ground
from cadastre.services.titles.shape import ensure_lawful_ground, ensure_lawful_shape


def extend(
    session: Session, ruleset: Ruleset, title: Title, wanted: BaseGeometry, decision: Decision
) -> Step:
    """Add free neighbouring ground to a title; its term does not change.

    Parameters
    ----------
    wanted
        The whole new perimeter, EPSG:4326; it must hold all of the old one.

    Raises
    ------
    Blocked
        The guard, the law or the register are against; an application already ranks there.
    """
    ensure_two_people(decision)
    ensure_granting_open(session)
    lock_titles(session, [title], wanted)
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("extend").reasons_against(facts, ruleset), title.number)
    now = held(open_parcels(session, title, instant))
    measure = measure_of(ruleset, now.ground, facts.day)
    added = extend_ground(now.ground, wanted, measure)
    groups = groups_of(session, now.parcels)
    refuse_reserved_ground(session, added, groups, instant)
    ensure_lawful_ground(
        session, ruleset, title, whole(wanted), facts.day, holder=None, exclude=(title.number,)
    )
    replace_ground(session, title, now, whole(wanted), instant, now.source.period.upper, drawn=True)
    told = {"added_m2": round(measure.area_m2(added), 2)}
    return record(session, ruleset, title, "extend", instant, decision, told, [title])


def split(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    pieces: Sequence[BaseGeometry],
    decision: Decision,
    *,
    numbers: Sequence[str] = (),
) -> list[Title]:
    """Divide a title into several over the same ground, with its seniority, term and charges.

    Parameters
    ----------
    pieces
        Ground of each child, EPSG:4326: inside the parent, apart, leaving nothing.
    numbers
        Numbers of the children; without them, the parent's followed by A, B…
    """
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("split").reasons_against(facts, ruleset), title.number)
    _ensure_few(ruleset, facts, len(pieces))
    now = held(open_parcels(session, title, instant))
    measure = measure_of(ruleset, now.ground, facts.day)
    grounds = divide_ground(now.ground, pieces, measure)
    for ground in grounds:
        ensure_lawful_shape(ruleset, title, ground, facts.day)
    until = now.source.period.upper
    if facts.renewal_asked:  # of the parent: nobody asked for the children
        until = holds_until(ruleset, title.expires_on, facts.day)
    groups, period = groups_of(session, now.parcels), Range(instant, until)
    close_ground(session, now.parcels, instant)
    children = []
    names = _free_numbers(session, numbers or child_numbers(title.number, len(grounds)), grounds)
    for number, ground in zip(names, grounds, strict=True):
        child = _child(session, title, number, facts, Kinship.SPLIT)
        open_ground(session, child, ground, period, groups, now.source)
        carry_charges(session, carried(facts.charges, facts.day), child)
        children.append(child)
    ensure_areas_add_up(
        measure.area_m2(now.ground), [measure.area_m2(g) for g in grounds], title.number
    )
    end_all_charges(session, title, facts.day)
    end_title(session, title, Kinship.SPLIT, facts.day)
    told = {"children": [child.number for child in children]}
    record(session, ruleset, title, "split", instant, decision, told, [title, *children])
    for child in children:
        born = {"parents": [title.number]}
        record(session, ruleset, child, "born-of-split", instant, decision, born)
    return children


def merge(
    session: Session,
    ruleset: Ruleset,
    titles: Sequence[Title],
    number: str,
    decision: Decision,
    *,
    creditors_agree: bool = False,
) -> Title:
    """Make one title of several that touch: same kind, substances and holders.

    Charges of all are kept on the whole and ranked by their dates; a creditor whose security is
    mixed with others' must have agreed.
    """
    ensure_two_people(decision)
    lock_titles(session, titles)
    instant = instant_of(session, decision)
    facts = [facts_of(session, ruleset, title, instant) for title in titles]
    _ensure_alike(titles, facts)
    owed = [one for one in facts if one.charges]
    for title, one in zip(titles, facts, strict=True):
        against = act_named("merge").reasons_against(one, ruleset)
        mixed = creditors_against(one, ruleset, agreed=creditors_agree or len(owed) < 2)
        ensure(against + mixed, title.number)
    now = [held(open_parcels(session, title, instant)) for title in titles]
    ground = unite_ground([one.ground for one in now])
    day = facts[0].day
    ensure_lawful_shape(ruleset, titles[0], ground, day)
    groups = groups_of(session, [parcel for one in now for parcel in one.parcels])
    (name,) = _free_numbers(session, [number], [ground])
    eldest = min(titles, key=lambda one: (one.granted_on or one.starts_on, one.id))
    child = _child(session, eldest, name, facts[0], None)
    child.expires_on = _merged_term(ruleset, titles, day)
    for title in titles:
        session.add(TitleRelation(parent_id=title.id, child_id=child.id, kind=Kinship.MERGED))
    close_ground(session, [parcel for one in now for parcel in one.parcels], instant)
    until = holds_until(ruleset, child.expires_on, day)
    open_ground(
        session, child, ground, Range(instant, until), groups, now[0].source,
        labels_of=[parcel for one in now for parcel in one.parcels],
    )  # fmt: skip
    measure = measure_of(ruleset, ground, day)
    ensure_areas_add_up(
        sum(measure.area_m2(one.ground) for one in now), [measure.area_m2(ground)], name
    )
    carry_charges(session, merged([one.charges for one in facts], day), child)
    for title in titles:
        end_all_charges(session, title, day)
        end_title(session, title, Kinship.MERGED, day)
        record(session, ruleset, title, "merge", instant, decision, {"children": [name]})
    parents = {"parents": [title.number for title in titles]}
    record(session, ruleset, child, "born-of-merger", instant, decision, parents, [*titles, child])
    return child


def ensure_areas_add_up(before_m2: float, after_m2: list[float], number: str) -> None:
    """Stop an act whose ground does not add up; measured once more, after everything was cut.

    Raises
    ------
    Blocked
        ``titles.areas-do-not-add-up``.
    """
    if not adds_up(before_m2, after_m2):
        raise Blocked(
            "titles.areas-do-not-add-up",
            where=number,
            before_m2=round(before_m2, 2),
            after_m2=round(sum(after_m2), 2),
        )


def _child(
    session: Session, parent: Title, number: str, facts: TitleFacts, kind: Kinship | None
) -> Title:
    """Make a title that goes on where its parent ends: same right, same seniority, same term."""
    child = Title(
        number=number,
        name=parent.name,
        kind=parent.kind,
        substances=list(parent.substances),
        exclusivity_group=parent.exclusivity_group,
        ruleset=parent.ruleset,
        applied_on=parent.applied_on,
        granted_on=parent.granted_on or parent.starts_on,
        starts_on=facts.day,
        expires_on=parent.expires_on,
        instrument=parent.instrument,
        source=parent.source,
        doubts=list(parent.doubts),
        is_demonstration=parent.is_demonstration,
    )
    session.add(child)
    session.flush()
    if kind is not None:
        session.add(TitleRelation(parent_id=parent.id, child_id=child.id, kind=kind))
    share_out(session, child, dict(facts.holders))
    return child


def _free_numbers(
    session: Session, numbers: Sequence[str], grounds: Sequence[object]
) -> Sequence[str]:
    if len(numbers) != len(grounds) or len(set(numbers)) != len(numbers):
        raise Blocked("titles.numbers-do-not-fit", where="numbers", count=len(grounds))
    taken = session.scalars(select(Title.number).where(Title.number.in_(numbers))).first()
    if taken is not None:
        raise Blocked("titles.number-taken", where=taken, number=taken)
    return numbers


def _ensure_few(ruleset: Ruleset, facts: TitleFacts, count: int) -> None:
    most = act_value(ruleset, "most_children", facts.day)
    if most is not None and count > most:
        raise Blocked("titles.too-many-pieces", where="geometries", count=count, most=most)


def _ensure_alike(titles: Sequence[Title], facts: Sequence[TitleFacts]) -> None:
    if len({title.id for title in titles}) < 2:
        raise Blocked("titles.too-few-titles", where="titles")
    first, owners = titles[0], [dict(one.holders) for one in facts]
    for title, owner in zip(titles, owners, strict=True):
        if title.kind != first.kind or sorted(title.substances) != sorted(first.substances):
            raise Blocked("titles.not-alike", where=title.number, number=title.number)
        if owner != owners[0]:
            raise Blocked("titles.other-holders", where=title.number, number=title.number)


def _merged_term(ruleset: Ruleset, titles: Sequence[Title], day: dt.date) -> dt.date | None:
    """Give the term of a merged title: by the law, the nearest or the farthest of its parents'."""
    terms = [title.expires_on for title in titles]
    ends = [term for term in terms if term is not None]
    if act_value(ruleset, "merged_term", day) == "latest":
        return None if None in terms else max(ends)
    return min(ends, default=None)
