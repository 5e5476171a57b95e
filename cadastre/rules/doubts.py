"""What is doubtful about a right taken over from an older register, and what may be done meanwhile.

A doubt is a fact about the record, never a judgement about the holder: the row is kept, its mark is
public, and it is worked off at the desk. Which doubts forbid a transfer is a choice of the country
(``ruleset.legacy_untransferable``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from cadastre.rules.ruleset import Ruleset

UNTRANSFERABLE = "ruleset.legacy_untransferable"
AREA_GAP = "ruleset.legacy_area_gap"
COORDINATE_GAP = "ruleset.legacy_coordinate_gap"
AREA_GAP_DEFAULT = 0.01
COORDINATE_GAP_DEFAULT_M = 1.0


class Weight(IntEnum):
    """How far a doubt reaches: a detail, a point of the right, or the right itself."""

    MINOR = 1
    SERIOUS = 2
    GRAVE = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """A kind of doubt: the side of the right it touches, and its weight."""

    code: str
    aspect: str  # identity, source, date, holder, ground, datum, area, overlap
    weight: Weight


_MINOR, _SERIOUS, _GRAVE = Weight.MINOR, Weight.SERIOUS, Weight.GRAVE
_ALL = (
    Doubt("number-missing", "identity", _SERIOUS),
    Doubt("number-repeated", "identity", _SERIOUS),
    Doubt("kind-missing", "identity", _SERIOUS),
    Doubt("kind-unknown", "identity", _MINOR),
    Doubt("substance-missing", "identity", _MINOR),
    Doubt("substance-unknown", "identity", _MINOR),
    Doubt("status-unknown", "identity", _SERIOUS),
    Doubt("instrument-missing", "source", _MINOR),
    Doubt("start-missing", "date", _SERIOUS),
    Doubt("end-missing", "date", _MINOR),
    Doubt("date-unreadable", "date", _SERIOUS),
    Doubt("date-implausible", "date", _SERIOUS),
    Doubt("dates-disordered", "date", _SERIOUS),
    Doubt("holder-missing", "holder", _GRAVE),
    Doubt("holder-several", "holder", _SERIOUS),
    Doubt("geometry-missing", "ground", _GRAVE),
    Doubt("geometry-tangled", "ground", _GRAVE),
    Doubt("geometry-outside", "ground", _GRAVE),
    Doubt("ground-apart", "ground", _GRAVE),
    Doubt("axes-swapped", "ground", _GRAVE),
    Doubt("geometry-from-text", "ground", _SERIOUS),
    Doubt("geometry-mixed", "ground", _MINOR),
    Doubt("geometry-repaired", "ground", _SERIOUS),
    Doubt("coordinates-unreadable", "datum", _MINOR),
    Doubt("coordinates-truncated", "datum", _MINOR),
    Doubt("coordinates-differ", "datum", _SERIOUS),
    Doubt("datum-differs", "datum", _GRAVE),
    Doubt("datum-other", "datum", _GRAVE),
    Doubt("area-missing", "area", _MINOR),
    Doubt("area-unreadable", "area", _MINOR),
    Doubt("area-differs", "area", _SERIOUS),
    Doubt("overlap-earlier", "overlap", _SERIOUS),
    Doubt("overlap-later", "overlap", _GRAVE),
)
DOUBTS = {doubt.code: doubt for doubt in _ALL}
GRADES = {0: "A", _MINOR: "B", _SERIOUS: "C", _GRAVE: "D"}


def codes_of_weight(weight: Weight) -> list[str]:
    """List the doubts of a weight, for a query that grades many titles at once."""
    return [doubt.code for doubt in _ALL if doubt.weight is weight]


def grade(codes: Iterable[str]) -> str:
    """Grade a record by its worst doubt: A none, B a detail, C a point of the right, D the right.

    A code nobody knows counts as serious: a doubt is never lost by being renamed.
    """
    weights = [DOUBTS[code].weight if code in DOUBTS else Weight.SERIOUS for code in codes]
    return GRADES[max(weights, default=0)]


def aspects(codes: Iterable[str]) -> tuple[str, ...]:
    """Name the sides of a right that are in doubt, in the order above: its public mark."""
    held = set(codes)
    return tuple(dict.fromkeys(doubt.aspect for doubt in _ALL if doubt.code in held))


def quarantine(codes: Iterable[str], ruleset: Ruleset, day: dt.date) -> tuple[str, ...]:
    """Give the doubts that forbid a transfer on a day; none means the title may be transferred.

    A ruleset that does not say holds back what is grave.
    """
    parameter = ruleset.parameters.get(UNTRANSFERABLE)
    named = parameter.at(day).value if parameter else None
    forbidding = set(codes_of_weight(Weight.GRAVE) if named is None else named)
    return tuple(code for code in codes if code in forbidding)


def can_transfer(codes: Iterable[str], ruleset: Ruleset, day: dt.date) -> bool:
    """Tell whether a title with these doubts may change hands on a day."""
    return not quarantine(codes, ruleset, day)


def area_gap(ruleset: Ruleset, day: dt.date) -> float:
    """Give the share of difference between declared and measured area that is no doubt yet."""
    return _number(ruleset, AREA_GAP, day, AREA_GAP_DEFAULT)


def coordinate_gap_m(ruleset: Ruleset, day: dt.date) -> float:
    """Give the distance between declared and drawn corners that is no doubt yet, in metres."""
    return _number(ruleset, COORDINATE_GAP, day, COORDINATE_GAP_DEFAULT_M)


def _number(ruleset: Ruleset, path: str, day: dt.date, otherwise: float) -> float:
    parameter = ruleset.parameters.get(path)
    value = parameter.at(day).value if parameter else None
    return otherwise if value is None else float(value)
