"""Let yearly fees fall due by themselves, on the day a title was signed, year after year.

Each run covers the days since the last one, so that a stop of days or weeks loses no year; a year
of a title is asked for once, however often and wherever this runs. Years before the register took
a title in are not asked for: whether they were paid is not known here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from cadastre.models import Invoice, JournalEntry, Parcel, Payment, Share, Title, past_of
from cadastre.procedures.terms import add_years
from cadastre.rules.catalogue.fees import line_of_rule
from cadastre.rules.ruleset import FeeRule, Ruleset
from cadastre.services.money.issue import Debt, cancel_invoice, issue_invoice, live_invoice
from cadastre.units import M2_PER_KM2

YEARLY = "yearly"
RAN = "money.fall-due"
NOTICE_DAYS = 30  # the order is there before the day: what is due in advance is known in advance
OVER = "titre éteint avant l'échéance / title ended before the due day"


@dataclass(frozen=True, slots=True)
class FellDue:
    """What a run did: orders issued, of which with an amount nobody knows, and cancelled."""

    issued: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()


def fall_due(session: Session, ruleset: Ruleset, day: dt.date) -> FellDue:
    """Issue the orders of anniversaries up to thirty days ahead; drop those of ended titles."""
    rules = [rule for rule in ruleset.fees.values() if rule.when == YEARLY]
    since = last_run(session) or day
    horizon = day + dt.timedelta(days=NOTICE_DAYS)
    issued: list[Invoice] = []
    for title, due_on in _anniversaries(session, _titles(session, rules), since, horizon):
        made = _ask_for_year(session, ruleset, rules, title, due_on)
        if made is not None:
            issued.append(made)
    cancelled = _drop_ended(session, day)
    done = FellDue(
        tuple(one.number for one in issued),
        tuple(one.number for one in issued if one.total is None),
        cancelled,
    )
    _note_run(session, day, done)
    return done


def last_run(session: Session) -> dt.date | None:
    """Give the day up to which anniversaries were looked at; None before the first run."""
    entry = session.scalars(
        select(JournalEntry).where(JournalEntry.action == RAN).order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    return None if entry is None else dt.date.fromisoformat(entry.subject_id)


def _note_run(session: Session, day: dt.date, done: FellDue) -> None:
    facts = {
        "issued": list(done.issued),
        "unknown": list(done.unknown),
        "cancelled": list(done.cancelled),
    }
    session.add(
        JournalEntry(
            action=RAN, subject="money", subject_id=day.isoformat(), by_rule=True, facts=facts
        )
    )
    session.flush()


def _titles(session: Session, rules: Sequence[FeeRule]) -> Sequence[Title]:
    kinds = {kind for rule in rules for kind in rule.kinds}
    return session.scalars(
        select(Title)
        .where(Title.kind.in_(kinds))
        .options(selectinload(Title.shares).selectinload(Share.party))
        .order_by(Title.id)
    ).all()


def _anniversaries(
    session: Session, titles: Sequence[Title], since: dt.date, until: dt.date
) -> Iterator[tuple[Title, dt.date]]:
    """Pair titles with the days, of those looked at, on which a year of theirs begins in force."""
    for title in titles:
        signed = title.granted_on or title.starts_on
        for years in range(max(since.year - signed.year, 1), until.year - signed.year + 1):
            day = add_years(signed, years)
            in_window = since <= day <= until and _in_force(title, day)
            if in_window and day >= _first_known(session, title):
                yield title, day


def _first_known(session: Session, title: Title) -> dt.date:
    """Give the day the register took a title in; its later versions do not count."""
    past = past_of(Title)
    first = session.scalar(select(func.min(past.c.recorded_at)).where(past.c.id == title.id))
    return (first or title.recorded_at).date()


def _in_force(title: Title, day: dt.date) -> bool:
    """Tell whether the law's fee runs on a day: in its term, suspended or not."""
    return (
        title.starts_on <= day
        and (title.expires_on is None or day < title.expires_on)
        and (title.ended_on is None or day < title.ended_on)
    )


def _ask_for_year(
    session: Session, ruleset: Ruleset, rules: Sequence[FeeRule], title: Title, day: dt.date
) -> Invoice | None:
    """Issue the order of a year; None when it was issued before or nothing is due."""
    debt = Debt(
        YEARLY, day, title=title, party_id=_payer(title, day),
        period=(day, add_years(title.granted_on or title.starts_on, _years(title, day) + 1)),
    )  # fmt: skip
    if live_invoice(session, debt) is not None:
        return None
    begins = dt.datetime.combine(day, dt.time.min, ZoneInfo(ruleset.time_zone))
    area = area_km2(session, title, begins)
    fees = [
        line_of_rule(rule, ruleset.currency, area, day, YEARLY)
        for rule in rules
        if title.kind in rule.kinds
    ]
    return issue_invoice(session, debt, fees)


def _years(title: Title, day: dt.date) -> int:
    return day.year - (title.granted_on or title.starts_on).year


def _payer(title: Title, day: dt.date) -> int | None:
    """Give the holder who is sent the order: the one with the greatest share, then the oldest."""
    held = [
        share
        for share in title.shares
        if share.role == "holder"
        and share.starts_on <= day
        and (share.ends_on is None or day < share.ends_on)
    ]
    held.sort(key=lambda share: (-share.numerator / share.denominator, share.id))
    return held[0].party_id if held else None


def area_km2(session: Session, title: Title, at: dt.datetime) -> float | None:
    """Give the planar area a title holds, in km², as fees go by it; None when it has no ground."""
    total = session.scalar(
        select(func.sum(Parcel.planar_area_m2)).where(
            Parcel.title_id == title.id, Parcel.period.op("@>")(at)
        )
    )
    return None if total is None else float(total) / M2_PER_KM2


def _drop_ended(session: Session, day: dt.date) -> tuple[str, ...]:
    """Cancel unpaid orders of years that did not begin, because the title ended before."""
    query = (
        select(Invoice)
        .join(Title, Title.id == Invoice.title_id)
        .where(
            Invoice.moment == YEARLY,
            Invoice.cancelled_at.is_(None),
            Invoice.due_on >= day - dt.timedelta(days=NOTICE_DAYS),
            or_(Title.ended_on <= Invoice.due_on, Title.expires_on <= Invoice.due_on),
            ~exists().where(Payment.invoice_id == Invoice.id),
        )
        .order_by(Invoice.id)
    )
    found = session.scalars(query).all()
    for invoice in found:
        cancel_invoice(session, invoice, account=None, reason=OVER)
    return tuple(invoice.number for invoice in found)
