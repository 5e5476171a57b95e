"""Look at the register on a day, and as it was known at an instant: its two clocks.

The first clock is the law's: what held on the day asked for (``at``). The second is the register's
own: what it had been told by then (``known``), corrections of later days left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, DateTime, bindparam, case, cast, literal, text
from sqlalchemy.orm import Session

from cadastre.models import Application, Occupation, Parcel, Title
from cadastre.vocabulary import ApplicationStatus, TitleStatus


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment of the register: the instant asked for, and the legal day it is in."""

    instant: dt.datetime
    day: dt.date

    def instant_sql(self) -> ColumnElement[dt.datetime]:
        """Give the instant as an expression."""
        return cast(literal(self.instant), DateTime(timezone=True))

    def day_sql(self) -> ColumnElement[dt.date]:
        """Give the day as an expression."""
        return cast(literal(self.day), Date)

    def parameters(self) -> dict[str, dt.datetime | dt.date]:
        """Give the values that a statement built :class:`AtRun` is run with."""
        return {"at_instant": self.instant, "at_day": self.day}


class AtRun(AsOf):
    """The moment as parameters, for statements that are built once and run often."""

    def __init__(self) -> None:
        super().__init__(dt.datetime.min.replace(tzinfo=dt.UTC), dt.date.min)

    def instant_sql(self) -> ColumnElement[dt.datetime]:
        """Give the parameter ``at_instant``."""
        return cast(bindparam("at_instant"), DateTime(timezone=True))

    def day_sql(self) -> ColumnElement[dt.date]:
        """Give the parameter ``at_day``."""
        return cast(bindparam("at_day"), Date)


def as_of(day: dt.date | None = None, zone: str = "UTC") -> AsOf:
    """Give the moment meant by a day: its last instant in the ruleset's time zone, or now.

    A day is looked at from its end, so that what was filed or granted on it is seen.
    """
    clock = ZoneInfo(zone)
    if day is None:
        now = dt.datetime.now(clock)
        return AsOf(now, now.date())
    return AsOf(dt.datetime.combine(day, dt.time.max, clock), day)


def look_back(session: Session, known_at: dt.datetime) -> None:
    """Let every further question of this transaction be asked of what was known at an instant.

    The tables of the register are then those of the schema ``as_known``; nothing can be written.
    """
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(
        text(
            "SELECT set_config('search_path', 'as_known, public', true),"
            " set_config('cadastre.known_at', :known_at, true)"
        ),
        {"known_at": known_at.isoformat()},
    )


def title_status(at: AsOf) -> ColumnElement[str]:
    """Derive the status of a title on a day, in one SQL expression over its dates."""
    day = at.day_sql()
    return case(
        (Title.ended_on <= day, TitleStatus.ENDED.value),
        (Title.starts_on > day, TitleStatus.FUTURE.value),
        (Title.expires_on <= day, TitleStatus.EXPIRED.value),
        (
            (Title.suspended_from <= day)
            & (Title.suspended_until.is_(None) | (Title.suspended_until > day)),
            TitleStatus.SUSPENDED.value,
        ),
        else_=TitleStatus.IN_FORCE.value,
    )


def application_status(at: AsOf) -> ColumnElement[str]:
    """Derive the status of an application at an instant: its outcome once closed, else filed."""
    return case(
        (
            (Application.closed_at <= at.instant_sql()) & Application.outcome.is_not(None),
            Application.outcome,
        ),
        else_=ApplicationStatus.FILED.value,
    )


def in_period(row: type[Parcel] | type[Occupation], at: AsOf) -> ColumnElement[bool]:
    """Keep the parcels or occupations whose period contains the instant."""
    return row.period.op("@>")(at.instant_sql())
