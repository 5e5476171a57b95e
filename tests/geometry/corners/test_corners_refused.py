"""What cannot be meant is refused with the cell named; what is too large, before any work."""

from __future__ import annotations

import contextlib
import re

import pytest

from cadastre.errors import TooLarge, UnusableInput
from cadastre.geometry.corners import read_corners
from tests.geometry.corners.helpers import note_codes

GOOD = "B 1°06'58,7\" E 9°08'31,5\" N\nC 1°07'00,7\" E 9°02'04,2\" N"


@pytest.mark.parametrize(
    ("row", "code", "where", "read"),
    [
        ("A 0°60'55,1\" E 9°08'28,5\" N", "corners.minutes-too-large", "A", "0°60'55,1\" E"),
        ("A 0°57'60,0\" E 9°08'28,5\" N", "corners.seconds-too-large", "A", "0°57'60,0\" E"),
        ("A 0°75,5' E 9°08,5' N", "corners.minutes-too-large", "A", "0°75,5' E"),
        ("A 0°57'55,1\" E 91°08'28,5\" N", "corners.latitude-out-of-range", "A", "91°08'28,5\" N"),
        (
            "A 181°57'55,1\" E 9°08'28,5\" N",
            "corners.longitude-out-of-range",
            "A",
            "181°57'55,1\" E",
        ),
        ("A 9°57'55,1\" N 9°08'28,5\" N", "corners.same-axis", "A", None),
        ("A 11°57'55,1\" O 9°08'28,5\" N", "corners.mixed-hemispheres", "A", "11°57'55,1\" O"),
    ],
)
def test_a_cell_that_cannot_be_meant(row: str, code: str, where: str, read: str | None) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_corners(f"{row}\n{GOOD}")
    assert (refused.value.code, refused.value.where) == (code, where)
    assert read is None or refused.value.values["read"] == read


def test_both_sides_of_greenwich_are_one_place_when_near() -> None:
    reading = read_corners(
        "A 0°05' O 11°00' N\nB 0°10' E 11°00' N\nC 0°10' E 10°50' N\nD 0°05' O 10°50' N"
    )
    assert reading.perimeter is not None
    assert reading.perimeter.bounds == pytest.approx((-5 / 60, 10 + 50 / 60, 10 / 60, 11.0))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "corners.nothing-found"),
        ("Bonjour, voici ma demande du 12 mars 2024.", "corners.nothing-found"),
        ("A 797679 1452146\nB 802115 1450794", "corners.too-few"),
        ("A nan nan\nB inf 3\nC 1e999 1", "corners.nothing-found"),
    ],
)
def test_too_little(text: str, code: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_corners(text)
    assert refused.value.code == code


def test_lost_line_in_a_flattened_table() -> None:
    columns = ["797679", "802115", "798491", "794001", "1452146", "1450794", "1443004"]
    with pytest.raises(UnusableInput):
        read_corners("\n".join(columns), crs="EPSG:32628")


def test_more_than_nine_decimals_are_told() -> None:
    text = "A 0.965305555555555 E 9.14125 N\nB 1.1163056 E 9.1420833 N\nC 1.1168611 E 9.0345 N"
    assert "corners.too-many-decimals" in note_codes(read_corners(text))


def test_five_hundred_corners_and_no_more() -> None:
    rows = [f"{at} {300000 + at} {1000000 + at * at % 977}" for at in range(500)]
    assert len(read_corners("\n".join(rows), crs="EPSG:32631").rings[0].corners) == 500
    with pytest.raises(TooLarge) as refused:
        read_corners("\n".join([*rows, "500 300500 1000500"]), crs="EPSG:32631")
    assert refused.value.code == "corners.too-many"


def test_two_megabytes_and_no_more() -> None:
    with pytest.raises(TooLarge) as refused:
        read_corners("é" * 1_000_001)
    assert refused.value.code == "corners.too-long"


BOMBS = {
    "digits": "1" * 400_000,
    "digits and spaces": "1 " * 19_000,
    "three digits": "123 " * 15_000,
    "dots": "." * 400_000,
    "thousands": "123." * 15_000,
    "commas": "1," * 15_000,
    "letters O": "O" * 400_000,
    "letters and digits": "l1O" * 15_000,
    "quotes": "'" * 400_000,
    "degrees": "1°" * 15_000,
    "angles": "1°1'1\" " * 5_000,
    "pipes": "| |" * 100_000,
    "spaces": " " * 400_000 + "x",
    "tabs": "\t" * 400_000,
    "newlines": "\n" * 400_000,
    "point": "point " * 60_000,
    "intersection": "point A : intersection " * 15_000,
    "brackets": "A (" * 60_000,
    "bracketed": "A (1234, 5678) " * 4_000,
    "utm": "utm " * 60_000,
    "zone": "utm zone " * 40_000,
    "area": "superficie 1 ha " * 15_000,
    "area digits": "superficie " + "000 " * 15_000,
    "words": "longitude ouest " * 20_000,
    "dashes": "-" * 400_000,
    "underscores": "A" + "_" * 400_000,
    "quoted name": "dénommé «" * 40_000,
    "minus": "-1 " * 15_000,
    "labels": "A " * 100_000,
    "label lines": "A\n" * 100_000,
    "combining": "1" + "\u030a" * 200_000,
    "mgrs": "31NAA" * 60_000,
    "mixed": 'A 0°4815,7" 9°1646,2"\n' * 2_000,
    "nulls": "\x00" * 400_000,
    "surrogate": "A 1 2 \ud800\n" * 1_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_text_is_refused_in_words(name: str) -> None:
    with contextlib.suppress(UnusableInput):
        read_corners(BOMBS[name])


def within_the_caps(text: str) -> str:
    """Cut a bomb so that no cap refuses it and every pattern has to search it."""
    words = re.sub(r"(\S{1000})(?=\S)", r"\1 ", text)
    return "\n".join(line[:20_000] for line in words.split("\n")[:20_000])[:200_000]


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_text_below_the_caps_ends(name: str) -> None:
    """A pattern that backtracks would need hours for these: that this ends is the proof."""
    text = within_the_caps(BOMBS[name])
    with contextlib.suppress(UnusableInput):
        read_corners(text)


@pytest.mark.parametrize(
    "text", ["A 1 2\n" * 40_000, "1 " * 10_001, "A" * 1_001, "\n".join(["é " * 9_999] * 11)]
)
def test_a_text_in_one_piece_is_refused_to_direct_callers_too(text: str) -> None:
    with pytest.raises(TooLarge) as refused:
        read_corners(text)
    assert refused.value.code == "corners.no-table"
