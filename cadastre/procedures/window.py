"""Say when freed ground opens, and what may be done at each moment of a fair opening."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from cadastre.rules.ruleset import Ruleset


class Phase(StrEnum):
    """Where an opening stands at an instant, derived from its dates."""

    ANNOUNCED = "announced"  # published, nobody may file yet
    OPEN = "open"  # sealed filings, all equal
    REVEAL = "reveal"  # closed: authors show what they sealed, the seed is awaited
    SETTLED = "settled"  # places are known; the ground follows the ordinary rules again


class Mode(StrEnum):
    """How the filings of one window are told apart."""

    DRAW = "draw"
    COMPARISON = "comparison"
    FIRST_COME = "first-come"


@dataclass(frozen=True, slots=True)
class Window:
    """The instants of an opening: filing from one to the next, then time to reveal."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    reveal_ends_at: dt.datetime

    def phase(self, at: dt.datetime, *, mode: Mode, settled_at: dt.datetime | None) -> Phase:
        """Tell what may be done at an instant."""
        if at < self.opens_at:
            return Phase.ANNOUNCED
        if mode is Mode.FIRST_COME or (settled_at is not None and settled_at <= at):
            return Phase.SETTLED
        return Phase.OPEN if at < self.closes_at else Phase.REVEAL


def window(ruleset: Ruleset, published_at: dt.datetime, day: dt.date) -> Window:
    """Give the window of ground published at an instant, under the law of a day."""

    def days(name: str) -> dt.timedelta:
        return dt.timedelta(days=float(ruleset.value(f"acts.{name}", day).value or 0))

    opens_at = published_at + days("opening_delay_days")
    # A window of no length could not hold a single filing.
    closes_at = opens_at + max(days("opening_window_days"), dt.timedelta(seconds=1))
    return Window(opens_at, closes_at, closes_at + days("reveal_days"))


def mode_of(ruleset: Ruleset, day: dt.date) -> Mode:
    """Give how filings of one window are told apart under the law of a day."""
    return Mode(ruleset.value("acts.opening_mode", day).value or Mode.FIRST_COME)
