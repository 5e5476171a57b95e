"""Printed tables, damaged as scanners, mail and hurried fingers do: never read wrong in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cadastre.errors import CadastreError
from cadastre.geometry.corners import read_corners
from cadastre.geometry.reading import Reading
from cadastre.vocabulary import NoteKind
from tests.geometry.corners.helpers import TOGO, corners_of, note_codes
from tests.geometry.corners.test_corners_printed import CASES

DAMAGES: dict[str, Callable[[str], str]] = {
    "degree marks lost": lambda text: re.sub("[°º]", " ", text),
    "minute marks lost": lambda text: re.sub(r"(?<=\d)['’´](?!['’´])", " ", text),
    "second marks lost": lambda text: re.sub(r"(?<=\d)(?:\"|''|’’|´´|″)", " ", text),
    "O for degrees": lambda text: text.replace("°", "O"),
    "O for 0": lambda text: re.sub(r"(?<=\d)0(?=\d)", "O", text, count=3),
    "l for 1": lambda text: re.sub(r"(?<=[\d°])1(?=\d)", "l", text, count=3),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "on one line": lambda text: text.replace("\n", " "),
    "in capitals": str.upper,
}


def places(reading: Reading) -> list[tuple[float, float]]:
    return [(round(corner.x, 4), round(corner.y, 4)) for corner in corners_of(reading)]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", CASES)
def test_a_damaged_table_is_read_right_or_told(name: str, damage: str) -> None:
    whole = read_corners(CASES[name]["text"])
    try:
        reading = read_corners(DAMAGES[damage](CASES[name]["text"]))
    except CadastreError:
        return  # refused in words
    told = [note for note in reading.notes if note.kind is not NoteKind.FACT]
    assert places(reading) == places(whole) or reading.questions or told


@pytest.mark.parametrize("damage", ["O for 0", "l for 1", "second marks lost", "no-break spaces"])
def test_these_damages_cost_nothing(damage: str) -> None:
    text = (
        "A\t0° 57' 55,1\" E\t9° 08' 28,5\" N\nB\t1° 06' 58,7\" E\t9° 08' 31,5\" N\n"
        "C\t1° 07' 00,7\" E\t9° 02' 04,2\" N\nD\t0° 57' 57,2\" E\t9° 02' 01,3\" N"
    )
    assert places(read_corners(DAMAGES[damage](text))) == places(read_corners(text))


def test_letters_among_the_digits_of_metres_are_told() -> None:
    reading = read_corners(
        "A 2764OO 1 O11 100\nB 293000 1 011 l00\nC 293000 999200\nD 276400 999200", hints=TOGO
    )
    assert places(reading)[:2] == [(276400.0, 1011100.0), (293000.0, 1011100.0)]
    told = [note for note in reading.notes if note.code == "corners.letter-for-digit"]
    assert {note.corner for note in told} == {"A", "B"}
    assert "2764OO" in str(told[0].read)


FORMS: dict[str, str] = {
    "receiver, degrees and minutes": (
        "001 N9 08.475 E0 57.918\n002 N9 08.525 E1 06.978\n003 N9 02.070 E1 07.012\n"
        "004 N9 02.022 E0 57.953"
    ),
    "receiver, metres": (
        "WP1 31P 0276400 1011100\nWP2 31P 0293000 1011100\nWP3 31P 0293000 0999200\n"
        "WP4 31P 0276400 0999200"
    ),
    "words for marks": "\n".join(
        f"Beacon {label}: Lat. {lat} North, Long. {lon} East"
        for label, lat, lon in (
            ("A", "9 degrees 8 minutes 28.5 seconds", "0 degrees 57 minutes 55.1 seconds"),
            ("B", "9 degrees 8 minutes 31.5 seconds", "1 degrees 6 minutes 58.7 seconds"),
            ("C", "9 degrees 2 minutes 4.2 seconds", "1 degrees 7 minutes 0.7 seconds"),
            ("D", "9 degrees 2 minutes 1.3 seconds", "0 degrees 57 minutes 57.2 seconds"),
        )
    ),
    "letters m E, m N": (
        "1) 276,400mE 1,011,100mN\n2) 293,000mE 1,011,100mN\n3) 293,000mE 999,200mN\n"
        "4) 276,400mE 999,200mN\n(WGS 84 / UTM zone 31N)"
    ),
    "digits without a mark": (
        "A 005755E 090828N\nB 010658E 090831N\nC 010700E 090204N\nD 005757E 090201N"
    ),
    "on one line": (
        "A 276 400 1 011 100 B 293 000 1 011 100 C 293 000 999 200 D 276 400 999 200 "
        "Ellipsoïde WGS 84, UTM zone 31 Nord"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_square_in_many_hands(form: str) -> None:
    perimeter = read_corners(FORMS[form], hints=TOGO).perimeter
    assert perimeter is not None
    assert len(perimeter.exterior.coords) == 5  # type: ignore[union-attr]
    expected = (0.96531, 9.03372, 1.11686, 9.14211)
    assert perimeter.bounds == pytest.approx(expected, abs=4e-4)


BOTH = (
    "A 276 400 1 011 100 0°57'55,1\" E 9°08'28,5\" N\n"
    "B 293 000 1 011 100 1°06'58,7\" E 9°08'31,5\" N\n"
    "C 293 000 999 200 1°07'00,7\" E 9°02'04,2\" N\n"
    "D 276 400 999 200 0°57'57,2\" E 9°02'01,3\" N"
)


def test_metres_beside_degrees_are_compared_and_told() -> None:
    agreed = next(n for n in read_corners(BOTH).notes if n.code == "corners.two-systems-degrees")
    assert agreed.values["zone"] == "EPSG:32631"
    assert int(str(agreed.values["gap_m"])) <= 5


def test_metres_that_say_another_place_are_told() -> None:
    reading = read_corners(BOTH.replace("C 293 000", "C 295 000"))
    told = next(n for n in reading.notes if n.code == "corners.two-systems-disagree")
    assert told.corner == "C"
    assert told.values["gap_m"] == pytest.approx(2000, abs=10)


@pytest.mark.parametrize(
    "text",
    ["9.05.3N", "A 9.05.3N\n0.5E 1E", "001 N9 08.475\nN9 1\nN9 2", "A 1 2\nB 1 2\nA 1 2\n1 2 3"],
)
def test_a_ring_with_too_few_corners_never_breaks_the_reader(text: str) -> None:
    try:
        reading = read_corners(text)
    except CadastreError:
        return
    assert reading.perimeter is None


def test_a_ring_with_too_few_corners_is_named() -> None:
    square = "A 276400 1011100\nB 293000 1011100\nC 293000 999200\nD 276400 999200\n"
    reading = read_corners(f"{square}A l'exclusion de :\nE 280000 1008000", crs="EPSG:32631")
    assert reading.perimeter is None
    assert "corners.ring-too-small" in note_codes(reading)


def test_areas_are_read_across_a_line_end_and_with_decimals_in_threes() -> None:
    square: Any = "\nA 276400 1011100\nB 293000 1011100\nC 293000 999200"
    assert read_corners(f"covers 349.13 sq\nkm in area{square}").published_area_ha == 34913
    assert read_corners(f"superficie de 249,542 6 ha{square}").published_area_ha == 249.5426
