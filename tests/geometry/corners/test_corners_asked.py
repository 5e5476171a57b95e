"""What is ambiguous is asked, with reasons; what the text or the country settles is not."""

from __future__ import annotations

import pytest

from cadastre.errors import UnusableInput
from cadastre.geometry.corners import read_corners
from tests.geometry.corners.helpers import (
    HOLE,
    SENEGAL,
    SQUARE,
    TOGO,
    asked,
    corners_of,
    lines,
    note_codes,
)

UTM = "WGS 84 / UTM zone 31N\n"


def test_metres_without_system_have_no_place() -> None:
    reading = read_corners(lines(SQUARE), hints=TOGO)
    assert asked(reading) == {"corners.crs"}
    assert reading.perimeter is None
    assert [(c.x, c.y, c.lon) for c in corners_of(reading)] == [(x, y, None) for _, x, y in SQUARE]
    first, *others = reading.questions[0].options
    assert (first.value, first.reason_code) == ("EPSG:32631", "corners.crs-on-grid")
    assert "EPSG:4326" not in {option.value for option in others}
    answered = read_corners(lines(SQUARE), crs=first.value, hints=TOGO)
    assert answered.perimeter is not None
    assert not answered.questions


@pytest.mark.parametrize(
    ("words", "code", "stated"),
    [
        ("UTM WGS 84 zone 31", "EPSG:32631", True),
        ("WGS 84 / UTM zone 31 Nord", "EPSG:32631", True),
        ("EPSG:32631", "EPSG:32631", True),
        ("système Lomé, fuseau 31", "EPSG:25231", True),
        ("UTM 31N", "EPSG:32631", False),
        ("Clarke 1880", None, False),
        ("UTM hémisphère Nord", None, False),
        ("UTM WGS 84 zones 30 et 31", None, False),
    ],
)
def test_systems_said_in_words(words: str, code: str | None, stated: bool) -> None:
    reading = read_corners(f"Coordonnées {words} :\n{lines(SQUARE)}", hints=TOGO)
    assert (reading.crs, reading.crs_stated) == (code, stated)
    assert asked(reading) == (set() if stated else {"corners.crs"})


def test_ellipsoid_alone_favours_the_datum_that_stands_on_it() -> None:
    reading = read_corners(f"Clarke 1880, UTM 31\n{lines(SQUARE)}", hints=TOGO)
    named = [
        o.value
        for q in reading.questions
        for o in q.options
        if o.reason_code == "corners.crs-named"
    ]
    assert "EPSG:25231" in named


def test_lome_is_told_to_be_roughly_placed() -> None:
    reading = read_corners(lines(SQUARE), crs="EPSG:25231", hints=TOGO)
    assert "crs.ballpark" in note_codes(reading)


def test_axis_order_is_asked_when_both_orders_are_possible() -> None:
    text = "A 311482 745220\nB 312482 745220\nC 312482 744220\nD 311482 744220"
    reading = read_corners(text, crs="EPSG:32631")
    assert asked(reading) == {"corners.axis-order"}
    assert reading.perimeter is None
    turned = read_corners(text, crs="EPSG:32631", answers={"corners.axis-order": "yx"})
    assert (corners_of(turned)[0].x, corners_of(turned)[0].y) == (745220, 311482)
    assert turned.perimeter is not None
    assert not read_corners(text, crs="EPSG:32631", hints=TOGO).questions
    assert not read_corners(f"Point X Y\n{text}", crs="EPSG:32631").questions


def test_o_is_west_in_french_and_asked_in_english() -> None:
    text = "A 9°08' N 0°57' O\nB 9°08' N 1°06' O\nC 9°02' N 1°07' O"
    assert "corners.hemisphere-o" not in asked(read_corners(text))
    english = read_corners(text, language="en")
    assert "corners.hemisphere-o" in asked(english)
    assert english.perimeter is None
    west = read_corners(text, language="en", answers={"corners.hemisphere-o": "W"})
    east = read_corners(text, language="en", answers={"corners.hemisphere-o": "E"})
    assert [c.x for c in corners_of(west)] == [-c.x for c in corners_of(east)]
    heading = read_corners("Longitude West\tLatitude\n" + text, language="en")
    assert "corners.hemisphere-o" not in asked(heading)


def test_west_is_taken_from_the_heading_or_the_country() -> None:
    rows = "A 16.745 13.073\nB 16.729 13.073\nC 16.727 12.735"
    said = read_corners(f"Longitude Ouest\tLatitude Nord\n{rows}")
    assert corners_of(said)[0].lon == pytest.approx(-16.745)
    shown = read_corners(f"Longitude\tLatitude\n{rows}", hints=SENEGAL)
    assert corners_of(shown)[0].lon == pytest.approx(-16.745)
    assert "corners.sign-from-country" in note_codes(shown)


def test_a_damaged_cell_without_witness_is_asked() -> None:
    text = (
        'A 0°118,5" E 9°08\'28,5" N\nB 0°06\'58,7" E 9°08\'31,5" N\nC 0°07\'00,7" E 9°02\'04,2" N'
    )
    reading = read_corners(text, crs="EPSG:4326")
    question = next(q for q in reading.questions if q.code == "corners.cell")
    assert (question.corner, len(question.options)) == ("A", 2)
    assert reading.perimeter is None
    for option in question.options:
        answered = read_corners(text, crs="EPSG:4326", answers={"corners.cell:A": option.value})
        assert answered.perimeter is not None
        assert not answered.questions


def test_an_unusable_answer_is_refused() -> None:
    text = (
        'A 0°118,5" E 9°08\'28,5" N\nB 0°06\'58,7" E 9°08\'31,5" N\nC 0°07\'00,7" E 9°02\'04,2" N'
    )
    with pytest.raises(UnusableInput) as refused:
        read_corners(text, answers={"corners.cell:A": "je ne sais pas"})
    assert refused.value.code == "corners.unusable-answer"


def test_metres_cannot_be_degrees() -> None:
    with pytest.raises(UnusableInput) as refused:
        read_corners(lines(SQUARE), crs="EPSG:4326")
    assert refused.value.code == "corners.crs-needs-metres"


@pytest.mark.parametrize(
    ("between", "code"),
    [
        ("\nà l'exclusion de :\n", "corners.exclusion-said"),
        ("\nPérimètre intérieur\n", "corners.exclusion-said"),
        ("\n\n", "corners.exclusion-by-position"),
        ("\nA 276400 1011100\n", "corners.exclusion-by-position"),
    ],
)
def test_rings_taken_out(between: str, code: str) -> None:
    reading = read_corners(UTM + lines(SQUARE) + between + lines(HOLE))
    assert [ring.is_exclusion for ring in reading.rings] == [False, True]
    assert code in note_codes(reading)
    assert reading.perimeter is not None
    assert len(reading.perimeter.interiors) == 1  # type: ignore[union-attr]


def test_a_blank_line_alone_does_not_part_a_ring() -> None:
    reading = read_corners(UTM + lines(SQUARE[:3]) + "\n\n" + lines(SQUARE[3:]))
    assert len(reading.rings) == 1


def test_one_lost_digit_does_not_turn_the_table_over() -> None:
    text = UTM + lines([SQUARE[0], ("B", 2930, 1011100), *SQUARE[2:]])
    with pytest.raises(UnusableInput) as refused:
        read_corners(text)
    assert (refused.value.code, refused.value.where) == ("corners.out-of-range", "B")


def test_grades_said_by_the_heading() -> None:
    rows = "A 2,90 O 48,80 N\nB 2,70 O 48,80 N\nC 2,70 O 48,70 N"
    text = f"Longitude et latitude en grades, méridien de Paris\n{rows}"
    reading = read_corners(text)
    assert (reading.crs, reading.crs_stated) == ("EPSG:4807", True)
    first = corners_of(reading)[0]
    assert (first.lon, first.lat) == pytest.approx((-0.2735278, 43.9199785), abs=1e-6)
