"""Days of the law, against dates anybody can look up."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.procedures.machine.calendar import Calendar, easter
from tests.procedures.machine.walks import procedures

TOGO = procedures()["titre-minier"].calendar


@pytest.mark.parametrize(
    "sunday", ["1818-03-22", "1943-04-25", "2000-04-23", "2019-04-21", "2024-03-31", "2025-04-20",
               "2026-04-05", "2038-04-25", "2049-04-18", "2076-04-19"]
)  # fmt: skip
def test_easter_falls_where_almanacs_say(sunday: str) -> None:
    day = dt.date.fromisoformat(sunday)
    assert easter(day.year) == day


@given(st.integers(1900, 2299))
def test_easter_is_a_sunday_of_spring(year: int) -> None:
    assert easter(year).weekday() == 6
    assert dt.date(year, 3, 22) <= easter(year) <= dt.date(year, 4, 25)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-04-03", True),  # Good Friday is not a holiday there
        ("2026-04-06", False),  # Easter Monday
        ("2026-04-27", False),  # Independence Day, a Monday
        ("2026-04-28", True),
        ("2026-05-14", False),  # Ascension
        ("2026-05-25", False),  # Whit Monday
        ("2026-11-28", False),  # a Saturday
    ],
)
def test_offices_close_on_holidays_and_week_ends(day: str, works: bool) -> None:
    assert TOGO.is_working(dt.date.fromisoformat(day)) is works


def test_five_working_days_over_a_week_end_and_two_holidays() -> None:
    """From Thursday 2 April 2026: 3, then not 4, 5 and 6, then 7, 8, 9 and 10."""
    assert TOGO.after(dt.date(2026, 4, 2), 5, working=True) == dt.date(2026, 4, 10)


def test_a_feast_of_the_moon_is_added_by_its_date() -> None:
    feast = dt.date(2026, 5, 27)
    assert TOGO.is_working(feast)
    assert not Calendar("Africa/Lome", dated=frozenset({feast})).is_working(feast)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)), st.integers(1, 80), st.booleans())
def test_a_delay_counts_exactly_its_days(start: dt.date, days: int, working: bool) -> None:
    end = TOGO.after(start, days, working=working)
    assert TOGO.count(start, end, working=working) == days
    assert TOGO.count(start, end - dt.timedelta(days=1), working=working) == days - 1


def test_a_day_begins_where_the_law_applies() -> None:
    """At 23:30 in Lomé it is already tomorrow in Nairobi: the law's day is Lomé's."""
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
    assert TOGO.day(late) == dt.date(2026, 3, 2)
    assert Calendar("Africa/Nairobi").day(late) == dt.date(2026, 3, 3)
