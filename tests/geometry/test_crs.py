"""Names of coordinate systems, and moving positions between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.errors import UnusableInput
from cadastre.geometry import crs


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("32631", "EPSG:32631"),
        ("EPSG:32631", "EPSG:32631"),
        ("epsg:32631", "EPSG:32631"),
        ("urn:ogc:def:crs:EPSG::32631", "EPSG:32631"),
        ("WGS84 UTM 31N", "EPSG:32631"),
        ("WGS 84 / UTM zone 31 Nord", "EPSG:32631"),
        ("UTM 31 S", "EPSG:32731"),
        ("Lomé / UTM 31", "EPSG:25231"),
        ("RGFG95 UTM 22N", "EPSG:2972"),
        ("OGC:CRS84", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
        ("NTF Paris", "EPSG:4807"),
    ],
)
def test_one_written_form(name: str, code: str) -> None:
    assert crs.normalise(name) == code


@pytest.mark.parametrize(
    "name", ["", "EPSG:1", "chaussette", "EPSG:999999999", "UTM 61N", "9" * 5000]
)
def test_unknown_names_end_in_one_error(name: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        crs.normalise(name)
    assert refused.value.code == "crs.unknown"


def test_heights_are_not_places() -> None:
    with pytest.raises(UnusableInput) as refused:
        crs.normalise("EPSG:5773")
    assert refused.value.code == "crs.not-horizontal"


@settings(max_examples=200, deadline=None)
@given(
    x=st.floats(-0.2, 1.9),
    y=st.floats(6, 11.2),
    code=st.sampled_from(["EPSG:32631", "EPSG:25231", "EPSG:4807"]),
)
def test_there_and_back(x: float, y: float, code: str) -> None:
    there = crs.from_lonlat(code, [x], [y])
    back = crs.to_lonlat(code, list(there[0]), list(there[1]))
    # Paris changes datum by a shift that PROJ inverts to a few millimetres.
    within = 5e-8 if code == "EPSG:4807" else 1e-9
    assert (back[0][0], back[1][0]) == pytest.approx((x, y), abs=within)


def test_grades_are_given_in_degrees_from_paris() -> None:
    lons, lats = crs.to_lonlat("EPSG:4807", [-2.9 * 0.9], [48.8 * 0.9])
    assert (lons[0], lats[0]) == pytest.approx((-0.2735278, 43.9199785), abs=1e-6)


def test_accuracy_tells_ballpark_from_exact() -> None:
    assert crs.transformation_accuracy_m("EPSG:32631") == 0
    assert crs.transformation_accuracy_m("EPSG:25231") is None
    assert crs.transformation_accuracy_m("EPSG:4252") is None
    assert crs.transformation_accuracy_m("EPSG:4807") == pytest.approx(2)


def test_positions_without_image_are_refused() -> None:
    with pytest.raises(UnusableInput) as refused:
        crs.to_lonlat("EPSG:32631", [float("inf")], [0])
    assert refused.value.code == "crs.outside"


def test_zones_and_names() -> None:
    assert crs.utm_zone_for(1.0, 9.0) == "EPSG:32631"
    assert crs.utm_zone_for(-0.1, 11.0) == "EPSG:32630"
    assert crs.utm_zone_for(180.0, -1.0) == "EPSG:32760"
    assert crs.describe("32631", "en") == "WGS 84 / UTM zone 31N, metres (EPSG:32631)"
    assert crs.geographic_base("EPSG:25231") == "EPSG:4252"


def test_many_threads_share_nothing() -> None:
    def move(at: int) -> float:
        return float(crs.to_lonlat("EPSG:32631", [300_000 + at], [1_000_000])[0][0])

    expected = [move(at) for at in range(64)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(move, range(64))) == expected
