"""Properties of areas, overlaps, clips and snaps, against computations made otherwise."""

from __future__ import annotations

import math

import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import Polygon

from cadastre.geometry.overlap import clip_to_free, is_technical, measure_shared, shared_ground
from cadastre.geometry.perimeter import (
    densify,
    edge_true_area_m2,
    geodesic_area_m2,
    ground,
    planar_area_m2,
    unproject,
)
from cadastre.geometry.snap import snap_to_grid, snap_to_neighbour
from cadastre.geometry.validity import find_defects, number_lines
from cadastre.vocabulary import EdgeModel
from tests.shapes import SHAPES, lines_of

UTM = "EPSG:32631"
MEASURE = {"model": EdgeModel.LONLAT, "crs": UTM, "tolerance_m": 0.05}


@st.composite
def perimeters(draw: st.DrawFn) -> Polygon:
    """Draw a simple perimeter of three to nine corners around a point of Togo."""
    lon, lat = draw(st.floats(0.2, 1.6)), draw(st.floats(6.3, 10.9))
    radii = draw(st.lists(st.floats(0.005, 0.1), min_size=3, max_size=9))
    turns = [2 * math.pi * i / len(radii) for i in range(len(radii))]
    return Polygon(
        [(lon + r * math.cos(t), lat + r * math.sin(t)) for r, t in zip(radii, turns, strict=True)]
    )


@settings(max_examples=60, deadline=None)
@given(perimeters())
def test_areas_agree_with_pyproj_and_the_shoelace(perimeter: Polygon) -> None:
    geodesic, _ = Geod(ellps="WGS84").geometry_area_perimeter(perimeter)
    assert geodesic_area_m2(perimeter) == pytest.approx(abs(geodesic), rel=1e-6)
    move = Transformer.from_crs(4326, 32631, always_xy=True).transform
    plane = Polygon([move(*corner) for corner in perimeter.exterior.coords])
    assert planar_area_m2(perimeter, UTM) == pytest.approx(plane.area, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(perimeters(), st.sampled_from(list(EdgeModel)))
def test_densifying_again_does_not_change_the_area(perimeter: Polygon, model: EdgeModel) -> None:
    once = edge_true_area_m2(perimeter, model, UTM)
    finer = geodesic_area_m2(densify(perimeter, model, UTM, step_m=250))
    assert finer == pytest.approx(once, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(perimeters(), st.floats(-0.08, 0.08), st.floats(-0.08, 0.08))
def test_overlap_is_symmetric_and_clip_makes_up_the_whole(
    first: Polygon, east: float, north: float
) -> None:
    second = shapely.affinity.translate(first, east, north)
    here = measure_shared(first, second, shared_ground(first, second), **MEASURE)
    there = measure_shared(second, first, shared_ground(second, first), **MEASURE)
    assert here.area_m2 == pytest.approx(there.area_m2, rel=1e-6, abs=0.01)
    assert here.share == pytest.approx(there.share_of_other, rel=1e-6, abs=1e-9)
    pieces = clip_to_free(first, [second], **MEASURE)
    left = sum(edge_true_area_m2(piece, EdgeModel.LONLAT, UTM) for piece in pieces)
    whole = edge_true_area_m2(first, EdgeModel.LONLAT, UTM)
    # Hairs and pieces thinner than 5 cm are left aside: no more than that along the outline.
    assert left + here.area_m2 == pytest.approx(whole, rel=1e-6, abs=0.05 * 100_000)
    assert pieces == clip_to_free(first, [second], **MEASURE)


def rectangle(west: float, south: float, east: float, north: float) -> Polygon:
    return ground(unproject(shapely.box(west, south, east, north), UTM))


@pytest.mark.parametrize(("width", "technical"), [(0.03, True), (0.049, True), (0.10, False)])
def test_mean_width_tells_technical_from_real(width: float, technical: bool) -> None:
    shared = rectangle(280_000, 1_000_000, 280_000 + width, 1_010_000)
    assert is_technical(shared, EdgeModel.LONLAT, UTM, 0.05) is technical


def test_rounding_errors_of_nanometres_have_no_width() -> None:
    x, y = -67.00561470184158, -24.336255120740955
    dust = Polygon([(x, y), (x, -24.336255120740944), (-67.00561470184148, y)])
    assert dust.area > 0
    assert is_technical(dust, EdgeModel.LONLAT, "EPSG:32719", 1e-6)


def test_a_long_sliver_does_not_hide_a_true_overlap() -> None:
    sliver = rectangle(280_000, 1_000_000, 280_000.01, 1_040_000)
    real = rectangle(290_000, 1_000_000, 290_020, 1_000_020)
    both = shapely.MultiPolygon([sliver, real])
    assert is_technical(sliver, EdgeModel.LONLAT, UTM, 0.05)
    assert not is_technical(both, EdgeModel.LONLAT, UTM, 0.05)


def test_densifying_a_hair_keeps_the_surface_beside_it() -> None:
    hair = Polygon(
        [(1, 9), (1.08, 9), (1.09, 9 - 1e-12), (1.08, 9 - 1e-15), (1.08, 9.09), (1, 9.09)]
    )
    assert edge_true_area_m2(hair, EdgeModel.LONLAT, UTM) == pytest.approx(
        geodesic_area_m2(hair), rel=1e-3
    )


def test_corners_near_the_grid_are_proposed_on_it_and_the_odd_one_named() -> None:
    plane = [(276401.1, 1011099.4), (293001.4, 1011101.4), (293000.7, 999200.7), (276430, 999200.8)]
    line = list(unproject(Polygon(plane), UTM).exterior.coords)[:-1]
    snap = snap_to_grid(number_lines([(line, False)]), UTM, 100, 5)
    assert snap is not None
    assert (snap.moved, snap.off) == (3, (4,))
    assert snap.displacement_m == pytest.approx(1.98, abs=0.01)


def test_a_neighbours_border_is_taken_with_exactly_its_numbers() -> None:
    theirs = rectangle(290_000, 1_000_000, 300_000, 1_010_000)
    ours = rectangle(280_000, 1_000_000.0, 290_003, 1_010_002)
    line = list(ours.exterior.coords)[:-1]
    snap = snap_to_neighbour(number_lines([(line, False)]), theirs, UTM, 10)
    assert snap is not None
    shared = set(snap.perimeter.exterior.coords) & set(theirs.exterior.coords)
    assert len(shared) == 2
    assert shared_ground(snap.perimeter, theirs).area == 0


EXPECTED = {
    "bow-tie": "geometry.self-crossing-swap",
    "spike": "geometry.spike",
    "spike without surface": "geometry.spike",
    "duplicate corner": "geometry.duplicate-corner",
    "closed twice": "geometry.duplicate-corner",
    "collinear": "geometry.collinear-corner",
    "self-touching": "geometry.self-touching",
    "corner twice": "geometry.corner-twice",
    "sliver": "geometry.sliver",
    "narrow neck": "geometry.narrow-neck",
    "hole outside": "geometry.hole-outside",
    "hole across the border": "geometry.hole-outside",
    "hole touching": "geometry.hole-touches",
    "holes overlapping": "geometry.holes-overlap",
    "parts overlapping": "geometry.parts-overlap",
    "parts touching": "geometry.parts-touch",
    "clockwise": "geometry.orientation",
    "empty": "geometry.empty",
    "all corners the same": "geometry.too-few-corners",
}


@pytest.mark.parametrize(("shape", "code"), EXPECTED.items())
def test_each_fault_of_form_is_named(shape: str, code: str) -> None:
    assert code in {defect.code for defect in find_defects(lines_of(SHAPES[shape]))}


def test_a_plain_square_has_no_fault() -> None:
    assert find_defects(lines_of(SHAPES["square"])) == ()


def test_a_bow_tie_names_the_corners_to_swap() -> None:
    (crossing,) = find_defects(lines_of(SHAPES["bow-tie"]))
    assert crossing.values == {"side": "1-2", "other_side": "3-4", "first": 2, "second": 3}
