"""Run the clocks of a procedure: they start, stand still, run again and end with the steps.

A track remembers the days on which its clock ran; what it spent and when it is due follow from
them, so that a delay can always be recounted by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cadastre.procedures.machine.calendar import ONE_DAY, Calendar
from cadastre.procedures.machine.definition import ClockRule, Procedure, State
from cadastre.procedures.machine.facts import SYSTEM, StepFact
from cadastre.procedures.terms import add_months
from cadastre.rules.ruleset import DatedValue, Text

Tracks = Mapping[str, "Track"]


@dataclass(frozen=True, slots=True)
class Track:
    """The life of one clock: ``runs`` are (day it began to run, day it stopped, None if it runs).

    ``days`` is its length; None where the law is not known to set any. ``limit`` and ``unit`` say
    it as the law, or the step that started it, does.
    """

    rule: ClockRule
    started_on: dt.date
    days: int | None
    law: DatedValue
    limit: float | None
    unit: str
    runs: tuple[tuple[dt.date, dt.date | None], ...] = ()
    ended_on: dt.date | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether days are being counted."""
        return bool(self.runs) and self.runs[-1][1] is None

    @property
    def counts_working_days(self) -> bool:
        """Tell whether week-ends and holidays are left out."""
        return self.unit == "working-day"

    def spent(self, calendar: Calendar, day: dt.date) -> int:
        """Count the days it ran up to a day."""
        return sum(
            calendar.count(start, min(stop or day, day), working=self.counts_working_days)
            for start, stop in self.runs
        )

    def due_on(self, calendar: Calendar) -> dt.date | None:
        """Give its last day: known while it runs, and for good once that day has passed."""
        if self.days is None:
            return None
        left = self.days
        for start, stop in self.runs:
            due = calendar.after(start, left, working=self.counts_working_days)
            if stop is None or stop > due:
                return due
            left -= calendar.count(start, stop, working=self.counts_working_days)
        return None

    def switched(self, runs: bool, day: dt.date) -> Track:
        """Let it run or stand still from a day."""
        if runs == self.is_running or self.ended_on is not None:
            return self
        if runs:
            return replace(self, runs=(*self.runs, (day, None)))
        return replace(self, runs=(*self.runs[:-1], (self.runs[-1][0], day)))


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as people read it on a day.

    ``limit`` counts in ``unit`` (day, working-day, month); ``spent`` counts days, working days
    where the unit says so. ``article``, ``source`` and ``evidence`` tell what it stands on.
    """

    name: str
    label: Text
    owed_by: str
    limit: float | None
    unit: str
    spent: int
    due_on: dt.date | None
    running: bool
    overdue: bool
    started_on: dt.date
    ended_on: dt.date | None
    article: str | None
    source: str | None
    evidence: str
    note: Text | None


def track_key(rule: ClockRule, step: StepFact) -> str:
    """Name the clock a step speaks of: one for each body where the rule says so."""
    return f"{rule.name}:{step.body}" if rule.per_body else rule.name


def tick(procedure: Procedure, tracks: Tracks, step: StepFact, state: State) -> dict[str, Track]:
    """Start, end, stop and take up clocks after a step that leads to a state."""
    day, moved = procedure.calendar.day(step.at), dict(tracks)
    for rule in procedure.clocks.values():
        key = track_key(rule, step)
        if step.kind in rule.ends and key in moved:
            moved[key] = replace(moved[key].switched(False, day), ended_on=day)
        # A payment before the quote, say, does not start the works.
        if step.kind in rule.starts and state in rule.runs_in:
            moved[key] = _start(rule, step, day)
    return {key: track.switched(state in track.rule.runs_in, day) for key, track in moved.items()}


def _start(rule: ClockRule, step: StepFact, day: dt.date) -> Track:
    law = rule.limit.at(day)
    said = _said(rule, step, day)
    if said is not None:
        return Track(rule, day, said, law, said, law.unit if law.unit == "working-day" else "day")
    return Track(rule, day, _length(law, day), law, law.value, law.unit or "day")


def _said(rule: ClockRule, step: StepFact, day: dt.date) -> int | None:
    """Give the days that the step itself sets, where the rule lets it."""
    if rule.until and step.facts.get("until"):
        return max((until_of(step) - day - ONE_DAY).days, 0)
    if rule.adjustable and step.facts.get("days"):
        return int(step.facts["days"])
    return None


def _length(law: DatedValue, day: dt.date) -> int | None:
    if law.value is None:
        return None
    if law.unit == "month":
        return (add_months(day, int(law.value)) - day).days
    return int(law.value)


def longest_until(rule: ClockRule, day: dt.date) -> dt.date | None:
    """Give the last day that a step may say for a clock whose end it sets; None: not known."""
    days = _length(rule.limit.at(day), day)
    return None if days is None else day + dt.timedelta(days=days)


def until_of(step: StepFact) -> dt.date:
    """Read the day until which a step holds, the first on which it no longer does.

    Raises
    ------
    ValueError
        It is not a day.
    """
    until = step.facts["until"]
    if isinstance(until, dt.datetime):
        raise ValueError(until)
    return until if isinstance(until, dt.date) else dt.date.fromisoformat(str(until))


def read_clock(key: str, track: Track, calendar: Calendar, day: dt.date) -> Clock:
    """Read a clock on a day."""
    due_on, spent, law = track.due_on(calendar), track.spent(calendar, day), track.law
    # A window that closes by itself is nobody's debt: past its day it is over, not late.
    owed = track.rule.owed_by != SYSTEM
    late = owed and due_on is not None and min(track.ended_on or day, day) > due_on
    return Clock(
        key, track.rule.label, track.rule.owed_by,
        track.limit, track.unit, spent,
        due_on, track.is_running, late, track.started_on,
        track.ended_on, law.article, law.source, law.evidence.value, law.note,
    )  # fmt: skip
