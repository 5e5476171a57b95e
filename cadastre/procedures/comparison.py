"""Compare the filings of a window: marks by the criteria of the law, one order that anybody redoes.

Marks are exact decimals. The greatest sum comes first; where sums are equal, the first criterion
that differs decides, in the order of the law. Filings alike in every criterion are not told apart
by chance nor by a name: whoever compares must look again.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cadastre.errors import Blocked, UnusableInput
from cadastre.rules.ruleset import Ruleset

CRITERIA = "acts.comparison_criteria"
FINEST = Decimal("0.01")
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Criterion:
    """What filings are compared by: its name in both languages, and the most it may give."""

    id: str
    name: Mapping[str, str]
    most: Decimal


@dataclass(frozen=True, slots=True)
class Compared:
    """A party's marks in the order of the criteria, their sum, and the place it gives, from 1."""

    party: int
    marks: tuple[Decimal, ...]
    total: Decimal
    place: int


def criteria_of(ruleset: Ruleset, day: dt.date) -> tuple[Criterion, ...]:
    """Give the criteria in force on a day; none where the law names none."""
    known = ruleset.parameters.get(CRITERIA)
    listed = (known.at(day).value if known else None) or ()
    return tuple(Criterion(c["id"], c["name"], Decimal(str(c["most"]))) for c in listed)


def compare(
    criteria: Sequence[Criterion], marks: Mapping[int, Mapping[str, object]]
) -> tuple[Compared, ...]:
    """Give every party's place, best first.

    Parameters
    ----------
    marks
        By party, a mark for each criterion: a number, or its text.

    Raises
    ------
    UnusableInput
        ``openings.mark-missing`` or ``openings.mark-out-of-range``.
    Blocked
        ``openings.no-criteria``, or ``openings.marks-tied``: two parties are alike in everything.
    """
    if not criteria:
        raise Blocked("openings.no-criteria", where="criteria")
    read = {
        party: tuple(_mark(party, criterion, given.get(criterion.id)) for criterion in criteria)
        for party, given in marks.items()
    }
    ordered = sorted(read.items(), key=lambda pair: (-sum(pair[1]), *(-m for m in pair[1])))
    for (one, first), (other, second) in itertools.pairwise(ordered):
        if first == second:
            raise Blocked("openings.marks-tied", where=str(other), one=one, other=other)
    return tuple(
        Compared(party, given, sum(given, Decimal(0)), place)
        for place, (party, given) in enumerate(ordered, 1)
    )


def _mark(party: int, criterion: Criterion, given: object) -> Decimal:
    text = "" if given is None else str(given).strip().replace(",", ".")
    if not text:
        raise UnusableInput(
            "openings.mark-missing", where=f"{party}.{criterion.id}", criterion=criterion.name,
            party=party,
        )  # fmt: skip
    try:
        mark = Decimal(text) if len(text) <= LONGEST else Decimal(-1)
    except InvalidOperation:
        mark = Decimal(-1)
    if not mark.is_finite() or not 0 <= mark <= criterion.most or mark % FINEST:
        raise UnusableInput(
            "openings.mark-out-of-range", where=f"{party}.{criterion.id}", given=text[:LONGEST],
            criterion=criterion.name, most=float(criterion.most),
        )  # fmt: skip
    return mark
