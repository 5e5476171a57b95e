"""Count the days of the law: calendar days, months, and working days, in the zone of the law.

The day on which something happens does not count: ten days from 1 March end with 11 March.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from cadastre.procedures.terms import day_of, midnight

ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


@cache
def easter(year: int) -> dt.date:
    """Give Easter Sunday of a Gregorian year, by the ecclesiastical reckoning of the moon."""
    golden, century = year % 19, year // 100
    solar, lunar = century - century // 4, (8 * century + 13) // 25
    epact = (solar - lunar + 19 * golden + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - solar) % 7
    offset = epact - weekday
    month = 3 + (offset + 40) // 44
    return dt.date(year, month, offset + 28 - 31 * (month // 4))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The zone and the public holidays of a country.

    Parameters
    ----------
    fixed
        (month, day) of holidays that come back each year.
    from_easter
        Days after Easter Sunday of those that move with it.
    dated
        Days set year by year, such as feasts of the moon.
    """

    time_zone: str
    fixed: frozenset[tuple[int, int]] = frozenset()
    from_easter: frozenset[int] = frozenset()
    dated: frozenset[dt.date] = frozenset()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Build a calendar from its entry in ``calendars.yaml``."""
        return cls(
            raw["time_zone"],
            frozenset((h["month"], h["day"]) for h in raw.get("fixed", ())),
            frozenset(h["days"] for h in raw.get("from_easter", ())),
            frozenset(dt.date.fromisoformat(h["date"]) for h in raw.get("dated", ())),
        )

    def day(self, instant: dt.datetime) -> dt.date:
        """Give the day it is where the law applies."""
        return day_of(instant, self.time_zone)

    def begins(self, day: dt.date) -> dt.datetime:
        """Give the instant at which a day begins where the law applies."""
        return midnight(day, self.time_zone)

    def is_working(self, day: dt.date) -> bool:
        """Tell whether offices are open: neither a week-end nor a public holiday."""
        moves = (day - easter(day.year)).days in self.from_easter
        feast = moves or (day.month, day.day) in self.fixed or day in self.dated
        return day.weekday() < SATURDAY and not feast

    def count(self, start: dt.date, end: dt.date, *, working: bool = False) -> int:
        """Count the days after one day, up to and with another."""
        span = max((end - start).days, 0)
        if not working:
            return span
        return sum(self.is_working(start + n * ONE_DAY) for n in range(1, span + 1))

    def after(self, start: dt.date, days: int, *, working: bool = False) -> dt.date:
        """Give the last day of a delay that starts on a day; no delay ends on the day itself."""
        if not working:
            return start + days * ONE_DAY
        day = start
        while days > 0:
            day += ONE_DAY
            days -= self.is_working(day)
        return day
