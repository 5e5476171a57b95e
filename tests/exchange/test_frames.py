"""A collection as a GeoDataFrame: the same rows as everywhere, with real types."""

from __future__ import annotations

import datetime as dt

import pytest

from cadastre.errors import UnusableInput
from cadastre.exchange.frames import frame, save_map
from cadastre.exchange.write.webmap import LEAFLET
from tests.factories import make_party, make_title, make_zone, square

DAY = dt.date(2026, 6, 1)


@pytest.fixture
def register(session):
    person = make_party(session, "Une Personne Privée", kind="person")
    make_title(session, square(0.5, 8.0), number="T1", substances=("or", "fer"))
    make_title(session, square(0.9, 8.0), number="T2", holder=person, expires_on=None)
    make_zone(session, square(0.6, 9.2), code="Z1")
    return session


def test_a_frame_has_types_ground_and_no_names_of_persons(register):
    made = frame("titles", DAY, session=register)
    assert list(made.index) == ["T1", "T2"]
    assert made.crs.to_epsg() == 4326
    assert made.starts_on.dtype.kind == "M"
    assert made.area_ha.sum() > 20_000
    assert made.loc["T2", "holder"] is None or made.loc["T2", "holder"] != made.loc["T2", "holder"]
    assert "doubts" not in made.columns
    assert made.loc["T1", "substances"] == ["or", "fer"]


def test_a_frame_looks_at_a_day_a_place_and_a_filter(register):
    assert len(frame("titles", dt.date(2020, 1, 1), session=register)) == 0
    assert list(frame("titles", DAY, where="substances = 'fer'", session=register).index) == ["T1"]
    assert list(frame("titles", DAY, bbox=(0.85, 7, 2, 9), session=register).index) == ["T2"]
    assert len(frame("zones", DAY, session=register)) == 1
    with pytest.raises(UnusableInput):
        frame("titles", DAY, where="kind =", session=register)


@pytest.mark.skipif(not LEAFLET.is_dir(), reason="needs node_modules (scripts/setup)")
def test_a_frame_becomes_a_map(register):
    page = save_map(frame("titles", DAY, session=register), "titres")
    assert "T1" in page
    assert "https://" not in page.split("<body")[-1]
