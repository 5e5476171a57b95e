"""Gather a title as the guards of acts are told it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Charge, Occupation, Parcel, Share, Step, Title
from cadastre.procedures.charges import ChargeFact
from cadastre.procedures.facts import TitleFacts
from cadastre.procedures.shares import Shares
from cadastre.procedures.terms import TitleDates, day_of, status_on
from cadastre.queries.charges import charges_of, root_of
from cadastre.rules.doubts import can_transfer
from cadastre.rules.ruleset import Ruleset

HOLDER = "holder"
# A renewal asked while the ground was held, and what came of it (services/titles/pending.py).
ASKED, ANSWERED = "renewal-asked", "renewal-answered"


def title_named(session: Session, number: str) -> Title:
    """Give a title by its number.

    Raises
    ------
    NotFound
        ``titles.unknown``.
    """
    found = session.scalar(select(Title).where(Title.number == number))
    if found is None:
        raise NotFound("titles.unknown", where=number, number=number)
    return found


def facts_of(session: Session, ruleset: Ruleset, title: Title, at: dt.datetime) -> TitleFacts:
    """Gather a title at an instant; after its ground was locked, when something is decided."""
    day = day_of(at, ruleset.time_zone)
    standings = session.scalars(
        select(Occupation.standing)
        .join(Parcel, Parcel.id == Occupation.parcel_id)
        .where(Parcel.title_id == title.id, Occupation.period.op("@>")(at))
    ).all()
    return TitleFacts(
        number=title.number,
        kind=title.kind,
        substances=tuple(title.substances),
        status=status_on(dates_of(title), day),
        day=day,
        expires_on=title.expires_on,
        holds_ground=bool(standings),
        in_quarantine="legacy" in standings or not can_transfer(title.doubts, ruleset, day),
        renewals=renewals_of(session, title),
        renewal_asked=bool(pending_renewals(session, title)),
        charges=tuple(
            replace(charge_fact(charge), root=root_of(session, charge.id))
            for charge in charges_of(session, title.id)
        ),
        holders=holders_of(session, title, day),
    )


def dates_of(title: Title) -> TitleDates:
    """Give the dates from which the condition of a title follows."""
    return TitleDates(
        title.starts_on,
        title.expires_on,
        title.ended_on,
        title.suspended_from,
        title.suspended_until,
    )


def charge_fact(charge: Charge) -> ChargeFact:
    """Give a charge as the rules see it."""
    return ChargeFact(
        charge.id, charge.kind, charge.rank, charge.starts_on, charge.ends_on, charge.origin_id
    )


def current_shares(session: Session, title: Title, day: dt.date) -> list[Share]:
    """List the holders' shares that run on a day, oldest first."""
    query = select(Share).where(
        Share.title_id == title.id,
        Share.role == HOLDER,
        Share.ends_on.is_(None) | (Share.ends_on > day),
    )
    return list(session.scalars(query.order_by(Share.id)))


def holders_of(session: Session, title: Title, day: dt.date) -> Shares:
    """Give the exact share of each holder on a day."""
    holders: Shares = {}
    for share in current_shares(session, title, day):
        part = Fraction(share.numerator, share.denominator)
        holders[share.party_id] = holders.get(share.party_id, Fraction(0)) + part
    return holders


def renewals_of(session: Session, title: Title) -> int:
    """Count the renewals given to a title."""
    query = select(func.count()).where(Step.title_id == title.id, Step.kind == "renew")
    return session.scalar(query) or 0


def pending_renewals(session: Session, title: Title) -> Sequence[Step]:
    """List the requests of renewal that hold the ground of a title, oldest first."""
    steps = session.scalars(
        select(Step)
        .where(Step.title_id == title.id, Step.kind.in_((ASKED, ANSWERED)))
        .order_by(Step.id)
    )
    open_now: dict[str, Step] = {}
    for step in steps:
        if step.kind == ASKED:
            open_now[step.facts["asked_by"]] = step
        else:
            open_now.pop(step.facts["asked_by"], None)
    return list(open_now.values())
