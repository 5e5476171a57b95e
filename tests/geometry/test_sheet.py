"""Plans: round scales, everything on the paper, the same bytes every time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from cadastre.geometry.sheet import MARGIN_MM, SCALES, draw_sheet, fit_sheet

UTM = "EPSG:32631"
SQUARE = box(0.9, 9.0, 1.0, 9.1)


@given(
    lon=st.floats(-0.1, 1.6),
    lat=st.floats(6.2, 11.0),
    width=st.floats(0.0002, 0.9),
    height=st.floats(0.0002, 0.9),
)
def test_every_corner_lies_on_the_paper_inside_its_margin(
    lon: float, lat: float, width: float, height: float
) -> None:
    sheet = fit_sheet(box(lon, lat, lon + width, lat + height), UTM)
    drawn = draw_sheet(sheet, box(lon, lat, lon + width, lat + height))
    places = re.findall(r'<circle class="corner" [^>]*cx="([\d.e+-]+)" cy="([\d.e+-]+)"', drawn)
    assert len(places) == 4
    assert sheet.scale in SCALES
    for x, y in places:
        assert MARGIN_MM - 0.01 <= float(x) <= sheet.width_mm - MARGIN_MM + 0.01
        assert MARGIN_MM - 0.01 <= float(y) <= sheet.height_mm - MARGIN_MM + 0.01


def test_a_larger_scale_would_not_fit() -> None:
    sheet = fit_sheet(SQUARE, UTM)
    larger = SCALES[SCALES.index(sheet.scale) - 1]
    west, south, east, north = sheet.window()
    shown = max((east - west) / sheet.width_mm, (north - south) / sheet.height_mm) * 1000
    assert shown == pytest.approx(sheet.scale)
    assert 11_000 / (sheet.height_mm - 2 * MARGIN_MM) * 1000 > larger


def test_holes_and_parts_are_drawn_and_labels_follow_their_rings() -> None:
    with_hole = Polygon(SQUARE.exterior.coords, [box(0.94, 9.04, 0.96, 9.06).exterior.coords])
    ground = MultiPolygon([with_hole, box(1.1, 9.0, 1.15, 9.05)])
    rings = [with_hole.exterior, with_hole.interiors[0], ground.geoms[1].exterior]
    places = [place for ring in rings for place in list(ring.coords)[:-1]]
    corners = [(name, *place) for name, place in zip("ABCDEFGHIJKL", places, strict=True)]
    drawn = draw_sheet(fit_sheet(ground, UTM), ground, corners=reversed(corners))
    found = re.findall(r'class="corner-label"[^>]*>([^<]+)<', drawn)
    assert found == list("LKJIHGFEDCBA")


def test_a_label_stands_at_its_own_corner_whichever_way_the_ring_runs() -> None:
    sheet = fit_sheet(SQUARE, UTM)
    corner = (0.9, 9.1)  # the north-west one
    turned = draw_sheet(sheet, SQUARE.reverse(), corners=[("NO", *corner)])
    assert turned.count('class="corner"') == 1
    west, north = re.search(r'cx="([\d.]+)" cy="([\d.]+)"', turned).groups()
    assert float(west) < sheet.width_mm / 2
    assert float(north) < sheet.height_mm / 2


def test_words_are_escaped_and_the_drawing_is_always_the_same() -> None:
    sheet = fit_sheet(SQUARE, UTM)
    first = draw_sheet(
        sheet, SQUARE, corners=[("<A>", 0.9, 9.0), ("&", 1.0, 9.0)], title="<script>"
    )
    assert "<script>" not in first
    assert "&lt;A&gt;" in first
    assert first == draw_sheet(
        sheet, SQUARE, corners=[("<A>", 0.9, 9.0), ("&", 1.0, 9.0)], title="<script>"
    )
