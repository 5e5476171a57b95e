"""Give titles plausible dates: terms of the ruleset, the freeze respected, every status met."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cadastre.rules.ruleset import Ruleset

FIRST_YEAR = 2005
WEIGHTS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 8, 10, 16, 24, 30, 26, 22)  # 2005 to 2026
END_REASONS = ("renounced", "withdrawn", "converted", "merged")


class Lives:
    """Chance bound by the law: it draws the dates of titles and applications."""

    def __init__(self, random: Random, described: dict[str, Any], ruleset: Ruleset) -> None:
        self.random = random
        self.reference: dt.date = described["reference_day"]
        self.durations: dict[str, int] = described["durations"]
        self.ruleset = ruleset
        self.clock = ZoneInfo(ruleset.time_zone)

    def draw(self, kind: str, substances: tuple[str, ...]) -> dict[str, Any]:
        """Draw the dates of a title: application, grant, term, perhaps suspension or early end."""
        granted = self._grant_day(kind, substances)
        life: dict[str, Any] = {
            "applied_on": granted - dt.timedelta(days=self.random.randint(45, 200)),
            "granted_on": granted,
            "expires_on": self.term(kind, granted),
        }
        draw = self.random.random()
        if draw < 0.06:
            life |= self._early_end(granted, life["expires_on"])
        elif draw < 0.11 and granted < self.reference < life["expires_on"]:
            life |= self._suspension(granted)
        elif draw < 0.14 and not self._frozen(kind, substances, self.reference):
            life |= self._future(kind)
        return life

    def term(self, kind: str, granted: dt.date) -> dt.date:
        """Give the first day a title granted on a day is no longer in force."""
        legal = self.ruleset.kind(kind).at("duration_years", granted)
        years = int(legal.value) if legal is not None and legal.value else self.durations[kind]
        # Grants avoid 29 February, so the anniversary always exists.
        return granted.replace(year=granted.year + years)

    def filing_day(self, kind: str) -> dt.date:
        """Draw the day an application was filed, within eighteen months before the reference."""
        return self.reference - dt.timedelta(days=self.random.randint(3, 540))

    def office_hour(self, day: dt.date) -> dt.datetime:
        """Draw an instant of a working day in the country; a week-end gives the Friday before."""
        day -= dt.timedelta(days=max(day.weekday() - 4, 0))
        seconds = self.random.randint(8 * 3600, 16 * 3600)
        start = dt.datetime.combine(day, dt.time(), self.clock)
        return start + dt.timedelta(seconds=seconds)

    def _grant_day(self, kind: str, substances: tuple[str, ...]) -> dt.date:
        while True:
            year = FIRST_YEAR + self.random.choices(range(len(WEIGHTS)), WEIGHTS)[0]
            day = dt.date(year, self.random.randint(1, 12), self.random.randint(1, 28))
            if day < self.reference and not self._frozen(kind, substances, day):
                return day

    def _frozen(self, kind: str, substances: tuple[str, ...], day: dt.date) -> bool:
        classes = {self.ruleset.substance(s).class_id for s in substances}
        return any(
            freeze.runs(day) and kind in freeze.kinds and not classes <= set(freeze.exempt_classes)
            for freeze in self.ruleset.moratoria.values()
        )

    def _early_end(self, granted: dt.date, expires: dt.date) -> dict[str, Any]:
        last = min(expires, self.reference)
        days = max((last - granted).days - 30, 1)
        if days < 60:
            return {}
        ended = granted + dt.timedelta(days=self.random.randint(30, days))
        return {"ended_on": ended, "end_reason": self.random.choice(END_REASONS)}

    def _suspension(self, granted: dt.date) -> dict[str, Any]:
        since = max(granted, self.reference - dt.timedelta(days=self.random.randint(20, 300)))
        return {"suspended_from": since, "suspended_until": None}

    def _future(self, kind: str) -> dict[str, Any]:
        granted = self.reference + dt.timedelta(days=self.random.randint(60, 150))
        granted = granted.replace(day=min(granted.day, 28))
        applied = self.reference - dt.timedelta(days=self.random.randint(60, 150))
        expires = self.term(kind, granted)
        return {"applied_on": applied, "granted_on": granted, "expires_on": expires}
