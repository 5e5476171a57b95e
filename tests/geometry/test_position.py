"""A position typed in the search field, in the manners people have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.geometry.corners import format_lonlat
from cadastre.geometry.position import read_position

TOGO = (-0.15, 5.9, 1.82, 11.15)
SOTOUBOUA = (0.95, 8.5)


@pytest.mark.parametrize(
    "text",
    [
        "8°30' N 0°57' E",
        "8°30'00\" N, 0°57'00,0\" E",
        "N8°30' E0°57'",
        "0°57' E 8°30' N",
        "8.5, 0.95",
        "8,5 0,95",
        "8.5 0.95",
        "0,95 ; 8,5",
    ],
)
def test_a_position_is_read_in_any_manner(text: str) -> None:
    assert read_position(text, TOGO) == pytest.approx(SOTOUBOUA)


@pytest.mark.parametrize(
    "text", ["31N 281412 963775", "281 412 963 775", "31N  281 412 E  963 775 N"]
)
def test_metres_are_read_in_the_zone_written_or_the_legal_one(text: str) -> None:
    assert read_position(text, TOGO) == pytest.approx((1.0132016, 8.7137070), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "Bassar", "PR-2024-0031", "12/2018", "2024", "or", "8°70' N 0°57' E", "8° N 9° N",
     "100 000 N", "8.5", "1" * 200, "95 N 0 E"],
)  # fmt: skip
def test_what_is_no_position_is_left_to_the_search(text: str) -> None:
    assert read_position(text, TOGO) is None


def test_the_french_west_is_ouest() -> None:
    assert read_position("8°30' N 0°06' O", TOGO) == pytest.approx((-0.1, 8.5))


@given(st.floats(-0.1, 1.8), st.floats(6.0, 11.1), st.sampled_from(["fr", "en"]))
def test_what_the_map_writes_can_be_typed_again(lon: float, lat: float, language: str) -> None:
    written = format_lonlat(lon, lat, "dms", language=language)
    east, north = written.split("\t")
    assert read_position(f"{north} {east}", TOGO) == pytest.approx((lon, lat), abs=1e-4)
