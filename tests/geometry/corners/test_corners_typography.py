"""The same corners whatever the typing: marks, spaces, separators, letters in place of signs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.geometry.corners import read_corners
from tests.geometry.corners.helpers import TOGO, corners_of, note_codes

ROWS = [
    ("A", (0, 57, "55,1"), (9, 8, "28,5")),
    ("B", (1, 6, "58,7"), (9, 8, "31,5")),
    ("C", (1, 7, "00,7"), (9, 2, "04,2")),
    ("D", (0, 57, "57,2"), (9, 2, "01,3")),
]
EXPECTED = [
    (0.965305556, 9.14125),
    (1.116305556, 9.142083333),
    (1.116861111, 9.0345),
    (0.965888889, 9.033694444),
]

DEGREE = st.sampled_from(["°", "º", "˚", "° ", " ° ", "o", "O", "d ", "\u030a"])
MINUTE = st.sampled_from(["'", "’", "′", "´", "' ", "’ ", "!", "/", "m "])
SECOND = st.sampled_from(['"', "″", "”", "''", "’’", "''", '" ', "\u00a0″"])
EAST = st.sampled_from(["", " E", "E", " Est", " EST", " E."])
NORTH = st.sampled_from(["", " N", "N", " Nord", " NORD", " N."])
BETWEEN = st.sampled_from([" ", "\t", " ; ", "  |  ", ", ", " .......... ", "   "])
LABEL = st.sampled_from(
    ["{} ", "{}\t", "Point {} : ", "Sommet {} ", "{}) ", "{}. ", "{} - ", "BC{} __ ", ""]
)


@settings(max_examples=400, deadline=None)
@given(
    degree=DEGREE, minute=MINUTE, second=SECOND, east=EAST, north=NORTH, between=BETWEEN,
    label=LABEL,
    decimal=st.sampled_from([",", "."]), end=st.sampled_from(["\n", "\r\n", " \n", "\n\n"]),
)  # fmt: skip
def test_degrees_however_typed(
    degree: str, minute: str, second: str, east: str, north: str, between: str, label: str,
    decimal: str, end: str,
) -> None:  # fmt: skip
    def angle(parts: tuple[int, int, str]) -> str:
        seconds = parts[2].replace(",", decimal)
        return f"{parts[0]}{degree}{parts[1]:02d}{minute}{seconds}{second}".strip()

    text = end.join(
        f"{label.format(name)}{angle(x)}{east}{between}{angle(y)}{north}" for name, x, y in ROWS
    )
    reading = read_corners(text, crs="EPSG:4326", hints=TOGO)
    found = [(corner.x, corner.y) for corner in corners_of(reading)]
    assert found == [pytest.approx(place, abs=1e-8) for place in EXPECTED], text
    assert not reading.questions, text


METRES = [
    ("A", 880111, 1435981),
    ("B", 884969, 1435981),
    ("C", 885102, 1428741),
    ("D", 886249, 1428757),
]


def grouped(value: float, thousands: str, decimal: str, places: int) -> str:
    whole, _, part = f"{value:,.{places}f}".partition(".")
    return whole.replace(",", thousands) + (decimal + part if places else "")


@settings(max_examples=300, deadline=None)
@given(
    marks=st.sampled_from(
        [("", "."), ("", ","), (" ", ","), (" ", "."), (".", ","), (",", "."), ("\u202f", ",")]
    ),
    places=st.integers(0, 3),
    between=st.sampled_from(["\t", " ; ", " | ", "   ", " ........ ", " ------ "]),
    label=st.sampled_from(["{}{}", "Point {} :{}", "Sommet n° {}{}", "B{}{}"]),
    swapped=st.booleans(),
)
def test_metres_however_typed(
    marks: tuple[str, str], places: int, between: str, label: str, swapped: bool
) -> None:
    thousands, decimal = marks
    rows = []
    for name, x, y in METRES:
        cells = [grouped(value + 0.125, thousands, decimal, places) for value in (x, y)]
        rows.append(
            label.format(name, between) + between.join(reversed(cells) if swapped else cells)
        )
    text = "\n".join(rows)
    reading = read_corners(text, crs="EPSG:32628")
    found = [(corner.x, corner.y) for corner in corners_of(reading)]
    expected = [(round(x + 0.125, places), round(y + 0.125, places)) for _, x, y in METRES]
    assert found == [pytest.approx(place, abs=0.11) for place in expected], text
    assert not reading.questions, text
    assert ("corners.columns-swapped" in note_codes(reading)) is swapped
