"""What the guards of acts are told: a title on a day, in values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cadastre.procedures.charges import ChargeFact
from cadastre.procedures.terms import grace_ends_on
from cadastre.rules.ruleset import Ruleset
from cadastre.vocabulary import TitleStatus


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """A title as an act finds it.

    ``in_quarantine`` tells that its ground is a known overlap inherited from an older register, or
    that doubts of its record forbid a transfer;
    ``renewals`` counts those already given; ``renewal_asked`` tells that one was asked in time and
    waits for its answer; ``holders`` are shares by party.
    """

    number: str
    kind: str
    substances: tuple[str, ...]
    status: TitleStatus
    day: dt.date
    expires_on: dt.date | None = None
    holds_ground: bool = True
    in_quarantine: bool = False
    renewals: int = 0
    renewal_asked: bool = False
    charges: tuple[ChargeFact, ...] = ()
    holders: Mapping[int, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is impossible: a code whose sentence stands in ``data/sentences``."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def act_value(ruleset: Ruleset, name: str, day: dt.date) -> Any:
    """Give a value of ``acts.yaml`` on a day."""
    return ruleset.value(f"acts.{name}", day).value


def in_grace(title: TitleFacts, ruleset: Ruleset) -> bool:
    """Tell whether the term has passed and the ground is still held for its holder.

    It is in the days of grace, and beyond them while a renewal asked in time waits.
    """
    days = int(act_value(ruleset, "grace_days", title.day) or 0)
    ends = grace_ends_on(title.expires_on, days)
    if title.status is not TitleStatus.EXPIRED or ends is None:
        return False
    return title.renewal_asked or title.day < ends
