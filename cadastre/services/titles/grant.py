"""Grant titles from applications, and turn research into exploitation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, CadastreError, NotFound, UnusableInput
from cadastre.models import (
    Application,
    JournalEntry,
    Occupation,
    Parcel,
    RemnantBundle,
    Title,
    TitleRelation,
)
from cadastre.models.base import SRID
from cadastre.procedures.acts import act_named, ensure
from cadastre.procedures.charges import carried
from cadastre.procedures.facts import TitleFacts, act_value
from cadastre.procedures.family import Kinship
from cadastre.procedures.ground import whole
from cadastre.procedures.terms import add_years, day_of
from cadastre.queries.occupations import lock_ground
from cadastre.rules.ruleset import Ruleset
from cadastre.services.granting import ensure_granting_open
from cadastre.services.titles.burdens import bind_as_agreed, carry_charges, end_all_charges
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import (
    Held,
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
from cadastre.services.titles.release import end_title, free_ground, replace_ground
from cadastre.services.titles.shape import ensure_lawful_ground
from cadastre.vocabulary import ApplicationStatus


@dataclass(frozen=True, slots=True)
class Grant:
    """What the act of grant says beyond the application: number, term and reference of the act."""

    number: str | None = None
    expires_on: dt.date | None = None
    instrument: str | None = None


def application_named(session: Session, number: str) -> Application:
    """Give an application by its number.

    Raises
    ------
    NotFound
        ``titles.unknown-application``.
    """
    found = session.scalar(select(Application).where(Application.number == number))
    if found is None:
        raise NotFound("titles.unknown-application", where=number, number=number)
    return found


def grant(
    session: Session,
    ruleset: Ruleset,
    application: Application,
    decision: Decision,
    terms: Grant | None = None,
) -> Title:
    """Make a title of an application: its occupation ends and the title's begins, at one instant.

    Raises
    ------
    Blocked
        Granting is stopped; the application is closed or its remnant not chosen; an earlier rank
        waits; law or register forbid it today; a title of the applicant's must be converted.
    """
    ensure_two_people(decision)
    ensure_granting_open(session)
    asked, instant = _locked(session, application, decision)
    _ensure_first(session, application, asked, instant)
    day = day_of(instant, ruleset.time_zone)
    _ensure_lawful(session, ruleset, application, asked, instant, day)
    title = _title(session, ruleset, application, terms or Grant(), day)
    groups = _close_application(session, application, asked, instant)
    until = holds_until(ruleset, title.expires_on, day)
    open_ground(session, title, asked.ground, Range(instant, until), groups, asked.source)
    bind_as_agreed(session, application, title, day)
    told = {"application": application.number, "rank": application.rank}
    record(session, ruleset, title, "grant", instant, decision, told, [application, title])
    return title


def convert(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    application: Application,
    decision: Decision,
    terms: Grant | None = None,
) -> Title:
    """Turn research into exploitation: the holder's application takes the ground of its own title.

    What is left of the research ground is kept or freed as the ruleset says; charges follow to the
    new title, and stay on what is kept.

    Raises
    ------
    Blocked
        The guard is against; the application is not the holder's, its kind does not follow that of
        the title, or its ground leaves that of the title.
    """
    ensure_two_people(decision)
    ensure_granting_open(session)
    lock_titles(session, [title], *_grounds_of(session, application))
    asked, instant = _locked(session, application, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("convert").reasons_against(facts, ruleset), title.number)
    _ensure_follows(ruleset, title, application, facts)
    now = held(open_parcels(session, title, instant))
    measure = measure_of(ruleset, now.ground, facts.day)
    if not measure.is_nothing(shapely.difference(asked.ground, now.ground)):
        raise Blocked("titles.conversion-outside", where=application.number, number=title.number)
    _ensure_first(session, application, asked, instant)
    _ensure_lawful(session, ruleset, application, asked, instant, facts.day)
    rest = measure.substance_of(shapely.difference(now.ground, asked.ground))
    told = _let_go(session, ruleset, title, now, rest, facts, instant)
    child = _title(session, ruleset, application, terms or Grant(), facts.day)
    session.add(TitleRelation(parent_id=title.id, child_id=child.id, kind=Kinship.CONVERTED))
    groups = _close_application(session, application, asked, instant)
    until = holds_until(ruleset, child.expires_on, facts.day)
    open_ground(session, child, asked.ground, Range(instant, until), groups, asked.source)
    carry_charges(session, carried(facts.charges, facts.day), child)
    bind_as_agreed(session, application, child, facts.day)
    if title.ended_on is not None:
        end_all_charges(session, title, facts.day)
    told |= {"application": application.number, "children": [child.number]}
    record(session, ruleset, title, "convert", instant, decision, told)
    born = {"parents": [title.number], "application": application.number}
    moved = (title, application, child)
    record(session, ruleset, child, "grant", instant, decision, born, moved)
    return child


def _let_go(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    now: Held,
    rest: MultiPolygon,
    facts: TitleFacts,
    instant: dt.datetime,
) -> dict[str, object]:
    """Take the converted ground out of the research title; keep or free what is left."""
    if not rest.is_empty and act_value(ruleset, "conversion_remainder", facts.day) == "kept":
        replace_ground(session, title, now, rest, instant, now.source.period.upper)
        return {"kept": True}
    groups = groups_of(session, now.parcels)
    close_ground(session, now.parcels, instant)
    end_title(session, title, Kinship.CONVERTED, facts.day)
    return dict(free_ground(session, ruleset, title, rest, groups, instant))


def _grounds_of(session: Session, application: Application) -> list[MultiPolygon]:
    geoms = session.scalars(select(Parcel.geom).where(Parcel.application_id == application.id))
    return [whole(to_shape(geom)) for geom in geoms]


def _locked(
    session: Session, application: Application, decision: Decision
) -> tuple[Held, dt.datetime]:
    """Lock the ground of an application, then look at it: open, with its remnant chosen."""
    lock_ground(session, shapely.union_all(_grounds_of(session, application)))
    session.refresh(application)
    instant = instant_of(session, decision)
    if application.closed_at is not None:
        raise Blocked(
            "titles.application-closed", where=application.number, number=application.number
        )
    undecided = session.scalar(
        select(RemnantBundle).where(
            RemnantBundle.application_id == application.id, RemnantBundle.chosen_at.is_(None)
        )
    )
    if undecided is not None:
        raise Blocked("remnants.choose-first", where=application.number, number=application.number)
    asked = held(open_parcels(session, application, instant))
    if asked.ground.is_empty:
        raise Blocked("titles.no-ground", where=application.number, number=application.number)
    return asked, instant


def _ensure_first(
    session: Session, application: Application, asked: Held, instant: dt.datetime
) -> None:
    """Refuse to pass by an earlier rank that still waits for the same ground.

    Raises
    ------
    Blocked
        ``titles.earlier-rank``, naming the application that comes first.
    """
    earlier = _rivals(session, application, asked, instant, Application.rank < application.rank)
    if earlier:
        raise Blocked(
            "titles.earlier-rank",
            where=earlier[0],
            number=application.number,
            earlier=", ".join(earlier),
        )


def _rivals(
    session: Session,
    application: Application,
    asked: Held,
    instant: dt.datetime,
    condition: ColumnElement[bool],
) -> Sequence[str]:
    geom = from_shape(asked.ground, SRID)
    return session.scalars(
        select(Application.number)
        .join(Parcel, Parcel.application_id == Application.id)
        .join(Occupation, Occupation.parcel_id == Parcel.id)
        .where(
            Application.id != application.id,
            Application.closed_at.is_(None),
            condition,
            Occupation.exclusivity_group.in_(groups_of(session, asked.parcels)),
            Occupation.exclusivity_group != "none",
            Occupation.period.op("@>")(instant),
            Occupation.geom.op("&&")(geom),
            func.ST_Relate(Occupation.geom, geom, "2********"),
            func.mean_width_m(func.ST_Intersection(Occupation.geom, geom))
            > func.technical_width_m(),
        )
        .group_by(Application.number, Application.rank)
        .order_by(Application.rank)
    ).all()


def _ensure_lawful(
    session: Session,
    ruleset: Ruleset,
    application: Application,
    asked: Held,
    instant: dt.datetime,
    day: dt.date,
) -> None:
    """Check once more, as of today: what came after the application may forbid it now.

    Later ranks are left aside: they wait behind this application, it does not wait for them.
    """
    later = _rivals(session, application, asked, instant, Application.rank > application.rank)
    ensure_lawful_ground(
        session,
        ruleset,
        application,
        asked.ground,
        day,
        holder=application.applicant.name,
        exclude=(application.number, *later),
    )


def reasons_against_grant(
    session: Session, ruleset: Ruleset, application: Application, at: dt.datetime
) -> tuple[CadastreError, ...]:
    """Give every reason why an application could not be granted at an instant, changing nothing.

    What is asked is what :func:`grant` will ask again inside its lock.
    """
    asked = held(open_parcels(session, application, at))
    if application.closed_at is not None or asked.ground.is_empty:
        number = application.number
        return (Blocked("titles.application-closed", where=number, number=number),)
    found: list[CadastreError] = []
    day = day_of(at, ruleset.time_zone)
    for look in (
        lambda: _ensure_first(session, application, asked, at),
        lambda: _ensure_lawful(session, ruleset, application, asked, at, day),
    ):
        try:
            look()
        except Blocked as reason:
            found.append(reason)
    return tuple(found)


def _ensure_follows(
    ruleset: Ruleset, title: Title, application: Application, facts: TitleFacts
) -> None:
    if title.kind not in ruleset.kind(application.kind).follows:
        raise Blocked("titles.does-not-follow", where=application.number, number=title.number)
    if application.applicant_id not in facts.holders:
        raise Blocked("titles.not-the-holder", where=application.number, number=title.number)
    if not set(application.substances) <= set(title.substances):
        raise Blocked("titles.other-substances", where=application.number, number=title.number)


def _title(
    session: Session, ruleset: Ruleset, application: Application, terms: Grant, day: dt.date
) -> Title:
    number = terms.number or title_number(application, day)
    if session.scalar(select(Title.id).where(Title.number == number)) is not None:
        raise Blocked("titles.number-taken", where=number, number=number)
    title = Title(
        number=number,
        name=application.name,
        kind=application.kind,
        substances=list(application.substances),
        exclusivity_group=application.exclusivity_group,
        ruleset=ruleset.id,
        applied_on=day_of(application.filed_at, ruleset.time_zone),
        granted_on=day,
        starts_on=day,
        expires_on=_term(ruleset, application, terms, day),
        instrument=terms.instrument,
        dossier_id=application.dossier_id,
        is_demonstration=application.is_demonstration,
    )
    session.add(title)
    session.flush()
    share_out(session, title, {application.applicant_id: Fraction(1)})
    return title


def _term(ruleset: Ruleset, application: Application, terms: Grant, day: dt.date) -> dt.date:
    """Give the end of the term: the law's duration, or a shorter one the act states."""
    rule = ruleset.kind(application.kind).at("duration_years", day)
    most = None if rule is None or rule.value is None else add_years(day, rule.value)
    if terms.expires_on is None:
        if most is None:
            raise UnusableInput("titles.term-unknown", where="expires_on")
        return most
    if terms.expires_on <= day or (most is not None and terms.expires_on > most):
        raise Blocked("titles.term-too-long", where="expires_on", latest=most or "—")
    return terms.expires_on


def title_number(application: Application, day: dt.date) -> str:
    """Name a title after its kind, year and rank: ``PR-2026-000041``."""
    letters = "".join(word[0] for word in application.kind.split("-")).upper()
    return f"{letters}-{day.year}-{application.rank:06d}"


def _close_application(
    session: Session, application: Application, asked: Held, instant: dt.datetime
) -> tuple[str, ...]:
    """Close an application as accepted, and its occupation with it."""
    groups = groups_of(session, asked.parcels)
    close_ground(session, asked.parcels, instant)
    application.closed_at, application.outcome = instant, ApplicationStatus.ACCEPTED.value
    session.add(
        JournalEntry(
            action="application.accept",
            subject="application",
            subject_id=application.number,
            by_rule=True,
            facts={"at": instant.isoformat()},
        )
    )
    session.flush()
    return groups
