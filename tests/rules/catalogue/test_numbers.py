"""Numbers are read as they are written in French and in English; what is unclear is asked."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue.numbers import read_number


@pytest.mark.parametrize(
    ("written", "language", "value"),
    [
        ("1 234,5", "fr", 1234.5),
        ("1\u202f234,5", "fr", 1234.5),
        ("1\u00a0234\u00a0567", "fr", 1234567),
        ("1'234.5", "fr", 1234.5),
        ("1,234.5", "fr", 1234.5),
        ("1.234,5", "en", 1234.5),
        ("1,234", "fr", 1.234),
        ("1,234", "en", 1234),
        ("1.234", "en", 1.234),
        ("12.5", "fr", 12.5),
        ("0.125", "fr", 0.125),
        ("1.234.567", "fr", 1234567),
        ("1,234,567", "fr", 1234567),
        ("-3,5", "fr", -3.5),
        ("−3,5", "fr", -3.5),
        (" 42 ", "en", 42),
        (42.0, "fr", 42),
        (7, "en", 7),
    ],
)
def test_a_number_is_read(written: object, language: str, value: float) -> None:
    found = read_number(written, language)
    assert found == value
    assert type(found) is type(value)


def test_what_can_be_read_in_two_ways_is_asked() -> None:
    with pytest.raises(UnusableInput) as refusal:
        read_number("1.234", "fr")
    assert refusal.value.code == "form.number-unclear"
    assert (refusal.value.values["thousand"], refusal.value.values["decimal"]) == ("1234", "1,234")


@pytest.mark.parametrize(
    "written",
    ["douze", "1 2", "12 34", "1,23,456", "1.2.3", "1e9", "0x10", "--1", "1,", ",5", "", "NaN",
     "inf", float("nan"), float("inf"), 10**400, True, None, [1], {"a": 1}, "1 234 5", "9" * 30],
)  # fmt: skip
def test_what_is_not_a_number_is_refused(written: object) -> None:
    for language in ("fr", "en"):
        with pytest.raises(UnusableInput) as refusal:
            read_number(written, language)
        assert refusal.value.code == "form.not-a-number"


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 1, 2, 4]), st.sampled_from("fe"))
def test_what_is_printed_is_read_back(units: int, places: int, tongue: str) -> None:
    language, locale = {"f": ("fr", "fr"), "e": ("en", "en_GB")}[tongue]
    value = units / 10**places
    assert read_number(format_decimal(value, "#,##0.####", locale=locale), language) == value


@given(
    st.text(max_size=30) | st.floats() | st.integers() | st.none(), st.sampled_from(["fr", "en"])
)
def test_anything_is_a_number_or_a_refusal(given_value: object, language: str) -> None:
    try:
        found = read_number(given_value, language)
    except UnusableInput as refusal:
        found = refusal.code
    codes = ("form.not-a-number", "form.number-unclear")
    assert found in codes or read_number(found, language) == found
