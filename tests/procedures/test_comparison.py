"""A comparison gives one order, whoever redoes it and in whatever order filings are listed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.config import ROOT
from cadastre.errors import Blocked, UnusableInput
from cadastre.procedures.comparison import Criterion, compare, criteria_of
from cadastre.rules.load import load_ruleset

NAMES = {"fr": "critère", "en": "criterion"}
TWO = (Criterion("works", NAMES, Decimal(40)), Criterion("money", NAMES, Decimal(20)))


def test_the_greatest_sum_comes_first_and_the_first_criterion_decides_between_equals():
    placed = compare(
        TWO,
        {
            7: {"works": "30", "money": "5"},
            8: {"works": "25", "money": "10"},
            9: {"works": "40", "money": "0.5"},
        },
    )
    assert [one.party for one in placed] == [9, 7, 8]
    assert [one.total for one in placed] == [Decimal("40.5"), 35, 35]


def test_filings_alike_in_everything_are_not_told_apart():
    with pytest.raises(Blocked, match=r"openings\.marks-tied"):
        compare(TWO, {1: {"works": 3, "money": 4}, 2: {"works": "3.00", "money": "4"}})
    with pytest.raises(Blocked, match=r"openings\.no-criteria"):
        compare((), {1: {}})


@pytest.mark.parametrize("mark", ["41", "-1", "NaN", "1e9", "12.345", "quarante", "9" * 40])
def test_marks_outside_the_scale_are_refused(mark: str):
    with pytest.raises(UnusableInput, match=r"openings\.mark-out-of-range"):
        compare(TWO, {1: {"works": mark, "money": "1"}})
    with pytest.raises(UnusableInput, match=r"openings\.mark-missing"):
        compare(TWO, {1: {"works": "1"}})


@given(
    st.dictionaries(
        st.integers(1, 10**6),
        st.tuples(st.integers(0, 4000), st.integers(0, 2000)),
        min_size=1,
        max_size=12,
    ),
    st.randoms(),
)
def test_the_order_does_not_depend_on_how_filings_are_listed(marks, chance):
    given_marks = {
        party: {"works": str(Decimal(w) / 100), "money": str(Decimal(m) / 100)}
        for party, (w, m) in marks.items()
    }
    shuffled = list(given_marks.items())
    chance.shuffle(shuffled)
    try:
        expected = compare(TWO, given_marks)
    except Blocked:
        with pytest.raises(Blocked):
            compare(TWO, dict(shuffled))
        return
    assert compare(TWO, dict(shuffled)) == expected
    totals = [one.total for one in expected]
    assert totals == sorted(totals, reverse=True)


def test_the_law_names_the_criteria_with_their_highest_marks():
    togo = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    criteria = criteria_of(togo, dt.date(2026, 1, 1))
    assert sum(one.most for one in criteria) == 100
    assert criteria_of(load_ruleset(ROOT / "data" / "rulesets" / "rdc"), dt.date(2026, 1, 1)) == ()
