"""Cells are understood as people write them, or refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.services.imports.mapping import DATES
from cadastre.services.imports.values import (
    as_day,
    as_hectares,
    as_instant,
    as_number,
    as_text,
    is_missing,
)


@pytest.mark.parametrize(
    ("written", "hectares"),
    [
        ("298,2633 ha", 298.2633), ("42,84 km²", 4284), ("42.84 km2", 4284), ("1 250,5", 1250.5),
        ("1.250,5 ha", 1250.5), ("1,250.5 ha", 1250.5), (12, 12), ("50000 m2", 5),
    ],
)  # fmt: skip
def test_areas(written, hectares: float) -> None:
    assert as_hectares(written, "ha") == pytest.approx(hectares)


@pytest.mark.parametrize("written", ["", "beaucoup", "12 acres", "ha"])
def test_areas_nobody_can_read(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        as_hectares(written, "ha")


@given(st.floats(min_value=0, max_value=1e9))
def test_numbers_survive_french_writing(number: float) -> None:
    written = f"{number:,.3f}".replace(",", " ").replace(".", ",")
    assert as_number(written) == pytest.approx(number, abs=1e-3)


@pytest.mark.parametrize("written", ["2024-03-04", "04/03/2024", "4.3.2024", "2024/03/04"])
def test_days(written: str) -> None:
    assert as_day(written, DATES) == dt.date(2024, 3, 4)


def test_a_bare_year_is_its_first_day() -> None:
    assert as_day(2011.0, DATES) == dt.date(2011, 1, 1)


@pytest.mark.parametrize("written", ["31/02/2024", "hier", "20240"])
def test_days_that_are_none(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        as_day(written, DATES)


def test_an_instant_without_zone_is_of_the_country() -> None:
    read = as_instant("2024-03-04 09:30", DATES, dt.UTC)
    assert read == dt.datetime(2024, 3, 4, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("cell", [None, "", " ", "NULL", float("nan"), "-"])
def test_missing(cell) -> None:
    assert is_missing(cell)


def test_text_of_a_whole_number() -> None:
    assert as_text(12.0) == "12"
