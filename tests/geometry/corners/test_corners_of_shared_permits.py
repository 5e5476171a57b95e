"""Real perimeters of the shared domain file, as printed and as pasting deforms them."""

from __future__ import annotations

from typing import Any

import pytest

from cadastre.errors import UnusableInput
from cadastre.geometry.corners import Hints, read_corners
from cadastre.geometry.corners.place import planar_area_ha
from cadastre.geometry.reading import Reading
from tests.geometry.corners.helpers import TOGO, asked, corners_of, note_codes, shared_permits

PERIMETERS: list[dict[str, Any]] = shared_permits().get("perimeters", [])
pytestmark = pytest.mark.skipif(not PERIMETERS, reason="the shared domain data is not there")

# The orders themselves are wrong here; permits.json documents both.
DISCREPANCIES = {"SN-2017-TEMOTO": 58}
BASSAR_D = {"corners.missing-corner:BCD": "0°48'17,4\" E 9°12'03,1\" N"}


def read(perimeter: dict[str, Any], text: str) -> Reading:
    """Read a text of a perimeter with what its country's rules would say."""
    togo = perimeter["jurisdiction"] == "TG"
    crs = perimeter.get("crs_used", "EPSG:4326")
    return read_corners(text, crs=crs, hints=TOGO if togo else Hints(), answers=BASSAR_D)


def check_place(perimeter: dict[str, Any], reading: Reading) -> None:
    """Compare every corner with the expected longitude and latitude."""
    found = [(corner.lon, corner.lat) for corner in corners_of(reading)]
    assert len(found) == len(perimeter["vertices_lonlat"])
    for place, expected in zip(found, perimeter["vertices_lonlat"], strict=True):
        assert place == pytest.approx(tuple(expected), abs=1e-6)
    assert reading.perimeter is not None
    assert not reading.questions


def named(perimeter: dict[str, Any]) -> str:
    return str(perimeter["id"])


@pytest.mark.parametrize("perimeter", PERIMETERS, ids=named)
def test_corners_as_printed(perimeter: dict[str, Any]) -> None:
    check_place(perimeter, read(perimeter, "\n".join(perimeter["vertices_raw"])))


@pytest.mark.parametrize("perimeter", [p for p in PERIMETERS if "raw_table" in p], ids=named)
def test_the_whole_printed_table(perimeter: dict[str, Any]) -> None:
    reading = read(perimeter, perimeter["raw_table"])
    check_place(perimeter, reading)
    assert reading.published_area_ha == pytest.approx(perimeter["published_area_km2"] * 100)


@pytest.mark.parametrize("perimeter", PERIMETERS, ids=named)
def test_the_published_area_is_met_or_the_difference_told(perimeter: dict[str, Any]) -> None:
    text = "\n".join(
        [*perimeter["vertices_raw"], f"Superficie : {perimeter['published_area_raw']}"]
    )
    reading = read(perimeter, text)
    assert reading.published_area_ha == pytest.approx(perimeter["published_area_km2"] * 100)
    rings = [
        (
            [
                (c.lon, c.lat)
                for c in corners_of(reading)
                if c.lon is not None and c.lat is not None
            ],
            False,
        )
    ]
    drawn = planar_area_ha(rings, reading.crs)
    assert reading.published_area_ha is not None
    off = abs(drawn / reading.published_area_ha - 1) * 100
    assert ("corners.area-differs" in note_codes(reading)) is (off > 0.5)
    assert off == pytest.approx(DISCREPANCIES.get(perimeter["id"], 0), abs=0.5)


def _cells(perimeter: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give label and both coordinates of every corner as printed."""
    reading = read(perimeter, "\n".join(perimeter["vertices_raw"]))
    cells = []
    for raw, corner in zip(perimeter["vertices_raw"], corners_of(reading), strict=True):
        body = raw.removeprefix(corner.label).replace("...,", " ").replace(" ... ", " ")
        parts = body.split()
        for cut in range(1, len(parts)):
            first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
            if _is_pair(first, second, corner.x, corner.y):
                cells.append((corner.label, first, second))
                break
    return cells


def _is_pair(first: str, second: str, x: float, y: float) -> bool:
    if "gr" in first + second:
        return first.endswith("O")
    try:
        bare = sorted(float(part.replace(" ", "").replace(",", ".")) for part in (first, second))
    except ValueError:
        return False
    return bare == pytest.approx(sorted((x, y)))


PROJECTED = [p for p in PERIMETERS if "crs_used" in p]


@pytest.mark.parametrize("perimeter", PROJECTED, ids=named)
def test_one_cell_to_a_line(perimeter: dict[str, Any]) -> None:
    cells = _cells(perimeter)
    assert len(cells) == len(perimeter["vertices_raw"])
    reading = read(perimeter, "\n".join(cell for row in cells for cell in row))
    check_place(perimeter, reading)
    assert "corners.one-cell-per-line" in note_codes(reading)


@pytest.mark.parametrize("perimeter", PROJECTED, ids=named)
def test_column_after_column(perimeter: dict[str, Any]) -> None:
    cells = _cells(perimeter)
    text = "\n".join(row[column] for column in range(3) for row in cells)
    reading = read(perimeter, text)
    check_place(perimeter, reading)
    assert [corner.label for corner in corners_of(reading)] == [row[0] for row in cells]


@pytest.mark.parametrize("perimeter", PROJECTED, ids=named)
def test_table_with_tabs_and_pipes(perimeter: dict[str, Any]) -> None:
    for mark in ("\t", " | ", ";", "  ", " ........ "):
        check_place(
            perimeter, read(perimeter, "\n".join(mark.join(row) for row in _cells(perimeter)))
        )


def test_the_truncated_corner_is_asked_and_never_invented() -> None:
    bassar = next(p for p in PERIMETERS if p["id"] == "TG-2017-BASSAR-CENTRE")
    reading = read_corners(bassar["raw_table"], crs="EPSG:4326", hints=TOGO)
    assert reading.perimeter is None
    assert len(corners_of(reading)) == 3
    question = next(q for q in reading.questions if q.code == "corners.missing-corner")
    assert question.corner == "BCD"
    assert [option.value for option in question.options] == ["0°48'17,4\" E 9°12'03,1\" N"]
    assert question.options[0].reason_code == "corners.rectangle-and-visible"


def test_the_damaged_longitude_names_its_witness() -> None:
    bouzalo = next(p for p in PERIMETERS if p["id"] == "TG-2018-BOUZALO-ALOMBE")
    reading = read(bouzalo, bouzalo["raw_table"])
    note = next(n for n in reading.notes if n.code == "corners.witness-others")
    assert "0°57'55,1\"" in (note.assumed or "")
    assert "057551" in (note.read or "")


def test_without_system_the_question_stays_open_over_a_provisional_drawing() -> None:
    bouzalo = next(p for p in PERIMETERS if p["id"] == "TG-2018-BOUZALO-ALOMBE")
    reading = read_corners("\n".join(bouzalo["vertices_raw"]), hints=TOGO)
    assert asked(reading) == {"corners.crs"}
    assert (reading.crs, reading.crs_stated) == ("EPSG:4326", False)
    assert reading.perimeter is not None
    assert reading.questions[0].options[0].reason_code == "corners.crs-on-grid"


def test_the_fragment_is_too_short_and_says_what_it_read() -> None:
    fragment = shared_permits()["fragments"][0]["raw"]
    with pytest.raises(UnusableInput) as refused:
        read_corners(fragment)
    assert refused.value.code == "corners.too-few"
    assert "12°54'17\" Nord" in refused.value.values["read"]
