"""What is written is read back: thousands of made perimeters, every style, both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.geometry.corners import format_corners, read_corners
from cadastre.geometry.corners.cells import Axis
from cadastre.geometry.corners.writer import format_coordinate
from cadastre.geometry.reading import Corner, Ring
from tests.geometry.corners.helpers import corners_of

LANGUAGES = ("fr", "en")


@st.composite
def perimeters(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Make corners of one place anywhere between 79° South and 83° North."""
    lon = draw(st.floats(-179.0, 179.0, allow_nan=False))
    lat = draw(st.floats(-79.0, 83.0, allow_nan=False))
    steps = draw(
        st.lists(
            st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9)),
            min_size=3,
            max_size=12,
            unique=True,
        )
    )
    places = [(lon + dx, lat + dy) for dx, dy in steps]
    # A first corner given again closes the ring: corners differ by more than a metre (MGRS).
    distinct = {(round(x, 3), round(y, 3)) for x, y in places}
    if len(distinct) < len(places):
        return [(lon, lat), (lon + 0.5, lat), (lon, lat + 0.5)]
    return places


def check(places: list[tuple[float, float]], text: str, language: str, within: float) -> None:
    reading = read_corners(text, language=language)
    assert not [q for q in reading.questions if q.code != "corners.crs"], text
    found = [(corner.lon, corner.lat) for corner in corners_of(reading)]
    assert len(found) == len(places), text
    for (lon, lat), (x, y) in zip(found, places, strict=True):
        assert lon == pytest.approx(x, abs=within), text
        assert lat == pytest.approx(y, abs=within), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", ["dms", "dm", "dd"])
@settings(max_examples=200, deadline=None)
@given(places=perimeters())
def test_degrees(style: str, language: str, places: list[tuple[float, float]]) -> None:
    text = format_corners(places, style, language=language)  # type: ignore[arg-type]
    check(places, text, language, 1e-9)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=150, deadline=None)
@given(places=perimeters())
def test_metres(language: str, places: list[tuple[float, float]]) -> None:
    text = format_corners(places, "utm", language=language)
    # A tenth of a millimetre is more of a degree of longitude towards the poles.
    check(places, text, language, 1e-8 if abs(places[0][1]) > 60 else 1e-9)


@settings(max_examples=150, deadline=None)
@given(places=perimeters())
def test_mgrs_to_its_metre(places: list[tuple[float, float]]) -> None:
    text = format_corners(places, "mgrs")
    check(places, text, "fr", 2e-4 if abs(places[0][1]) > 70 else 4e-5)


@settings(max_examples=1000, deadline=None)
@given(
    value=st.floats(-180, 180),
    style=st.sampled_from(["dms", "dm", "dd"]),
    language=st.sampled_from(LANGUAGES),
)
def test_no_coordinate_is_written_with_sixty(value: float, style: str, language: str) -> None:
    text = format_coordinate(value, Axis.X, style, language=language, decimals=1)  # type: ignore[arg-type]
    assert "60'" not in text
    assert '60,0"' not in text
    assert '60.0"' not in text


def test_carry_runs_up_to_the_degree() -> None:
    assert format_coordinate(0.99999999, Axis.Y, "dms", decimals=1) == "1°00'00,0\" N"
    assert format_coordinate(-0.5, Axis.X, "dm", language="en", decimals=3) == "0°30.000' W"


def test_exclusions_are_written_and_read_back() -> None:
    def ring(corners: list[tuple[str, float, float]], *, out: bool = False) -> Ring:
        return Ring(tuple(Corner(label, "", x, y, x, y) for label, x, y in corners), out)

    outer = ring([("A", 0.9, 9.1), ("B", 1.1, 9.1), ("C", 1.1, 8.9), ("D", 0.9, 8.9)])
    inner = ring([("E", 0.95, 9.05), ("F", 1.0, 9.05), ("G", 1.0, 9.0)], out=True)
    for language in LANGUAGES:
        reading = read_corners(
            format_corners([outer, inner], "dms", language=language), language=language
        )
        assert [ring.is_exclusion for ring in reading.rings] == [False, True]
        assert reading.perimeter is not None
        assert reading.perimeter.area == pytest.approx(0.2 * 0.2 - 0.05 * 0.05 / 2)
        assert [corner.label for corner in corners_of(reading)] == list("ABCDEFG")
