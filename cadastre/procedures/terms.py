"""Reckon terms: years added to a day, the end of a grace period, the condition of a title.

Days are those of the law's time zone. The end of a term is the first day the right is no longer in
force, so that a right of one year from 1 March ends as 1 March begins.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cadastre.vocabulary import TitleStatus

MONTHS = 12


@dataclass(frozen=True, slots=True)
class TitleDates:
    """The dates of which the condition of a title on a day is the consequence."""

    starts_on: dt.date
    expires_on: dt.date | None = None
    ended_on: dt.date | None = None
    suspended_from: dt.date | None = None
    suspended_until: dt.date | None = None


def add_months(day: dt.date, months: int) -> dt.date:
    """Give the same day some months later, or the last of a shorter month."""
    index = day.month - 1 + months
    year, month = day.year + index // MONTHS, index % MONTHS + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add_years(day: dt.date, years: float) -> dt.date:
    """Give the end of a term of some years; a part of a year counts in whole months."""
    return add_months(day, round(years * MONTHS))


def status_on(dates: TitleDates, day: dt.date) -> TitleStatus:
    """Derive the condition of a title on a day, as :func:`cadastre.queries.asof.title_status`."""
    if dates.ended_on is not None and dates.ended_on <= day:
        return TitleStatus.ENDED
    if dates.starts_on > day:
        return TitleStatus.FUTURE
    if dates.expires_on is not None and dates.expires_on <= day:
        return TitleStatus.EXPIRED
    if dates.suspended_from is not None and dates.suspended_from <= day:
        until = dates.suspended_until
        return TitleStatus.SUSPENDED if until is None or day < until else TitleStatus.IN_FORCE
    return TitleStatus.IN_FORCE


def grace_ends_on(expires_on: dt.date | None, grace_days: int) -> dt.date | None:
    """Give the first day on which ground of an expired title is no longer held for its holder."""
    return None if expires_on is None else expires_on + dt.timedelta(days=grace_days)


def midnight(day: dt.date, zone: str) -> dt.datetime:
    """Give the instant at which a day begins where the law applies."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(zone))


def day_of(instant: dt.datetime, zone: str) -> dt.date:
    """Give the day it is where the law applies."""
    return instant.astimezone(ZoneInfo(zone)).date()
