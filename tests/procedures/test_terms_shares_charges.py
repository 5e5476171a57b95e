"""Terms, shares and ranks, in values only."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.errors import Blocked, UnusableInput
from cadastre.procedures.charges import ChargeFact, carried, merged, next_rank
from cadastre.procedures.family import Edge, Kinship, ancestors, descendants
from cadastre.procedures.shares import is_whole, move_share, read_share
from cadastre.procedures.terms import TitleDates, add_months, add_years, status_on
from cadastre.vocabulary import TitleStatus

DAY = dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("day", "years", "end"),
    [
        (dt.date(2024, 2, 29), 1, dt.date(2025, 2, 28)),
        (dt.date(2024, 3, 1), 3, dt.date(2027, 3, 1)),
        (dt.date(2024, 8, 31), 0.5, dt.date(2025, 2, 28)),
    ],
)
def test_terms_end_on_the_same_day_or_the_last_of_a_shorter_month(day, years, end):
    assert add_years(day, years) == end


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 600))
def test_months_are_never_skipped(day: dt.date, months: int):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        (TitleDates(DAY + dt.timedelta(1)), TitleStatus.FUTURE),
        (TitleDates(DAY), TitleStatus.IN_FORCE),
        (TitleDates(DAY - dt.timedelta(9), DAY), TitleStatus.EXPIRED),
        (TitleDates(DAY - dt.timedelta(9), ended_on=DAY), TitleStatus.ENDED),
        (TitleDates(DAY - dt.timedelta(9), suspended_from=DAY), TitleStatus.SUSPENDED),
        (
            TitleDates(
                DAY - dt.timedelta(9),
                suspended_from=DAY - dt.timedelta(3),
                suspended_until=DAY,
            ),
            TitleStatus.IN_FORCE,
        ),
    ],
)
def test_status_follows_from_dates(dates: TitleDates, status: TitleStatus):
    assert status_on(dates, DAY) is status


@pytest.mark.parametrize(
    ("text", "share"), [("1/3", Fraction(1, 3)), ("0,25", Fraction(1, 4)), ("25 %", Fraction(1, 4))]
)
def test_shares_are_read_exactly(text: str, share: Fraction):
    assert read_share(text) == share


@pytest.mark.parametrize("text", ["", "0", "2", "-1/2", "1/0", "half", "1/99999999999"])
def test_what_is_not_a_share_is_refused(text: str):
    with pytest.raises(UnusableInput):
        read_share(text)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.fractions(0, 1)), max_size=20))
def test_shares_always_make_a_whole(moves: list[tuple[int, int, Fraction]]):
    holders = {1: Fraction(1)}
    for giver, taker, share in moves:
        try:
            holders = move_share(holders, giver, taker, share or None)
        except Blocked:
            continue
        assert is_whole(holders)
        assert all(part > 0 for part in holders.values())


CHARGES = st.builds(
    ChargeFact,
    id=st.uuids().map(lambda one: one.int),
    kind=st.sampled_from(["mortgage", "lease"]),
    rank=st.integers(1, 9),
    starts_on=st.dates(dt.date(2020, 1, 1), DAY),
    ends_on=st.none() | st.dates(DAY - dt.timedelta(9), DAY + dt.timedelta(9)),
)


@given(st.lists(st.lists(CHARGES, max_size=5), max_size=4))
def test_no_charge_that_weighs_is_lost_by_a_merger(titles: list[list[ChargeFact]]):
    kept = merged(titles, DAY)
    weighing = [charge.id for charges in titles for charge in charges if charge.weighs(DAY)]
    assert sorted(charge.continues for charge in kept) == sorted(weighing)
    assert [charge.rank for charge in kept] == list(range(1, len(kept) + 1))
    assert [c.starts_on for c in kept] == sorted(c.starts_on for c in kept)


def test_a_carried_charge_keeps_its_rank_and_its_day():
    old = ChargeFact(5, "mortgage", 3, DAY)
    (new,) = carried([old, ChargeFact(4, "lease", 1, DAY, DAY)], DAY)
    assert (new.continues, new.rank, new.starts_on, new.id) == (5, 3, DAY, None)
    assert next_rank([old]) == 4


def test_a_family_is_walked_up_and_down():
    edges = [
        Edge("A", "B", Kinship.SPLIT),
        Edge("A", "C", Kinship.SPLIT),
        Edge("B", "D", Kinship.MERGED),
        Edge("C", "D", Kinship.MERGED),
    ]
    assert ancestors("D", edges) == ("B", "C", "A")
    assert descendants("A", edges) == ("B", "C", "D")


def test_one_debt_split_over_two_titles_weighs_once_when_they_merge():
    west = ChargeFact(8, "mortgage", 1, DAY, root=5)
    east = ChargeFact(9, "mortgage", 1, DAY, root=5)
    other = ChargeFact(4, "mortgage", 2, DAY, root=4)
    assert [c.continues for c in merged([[west, other], [east]], DAY)] == [8, 4]
