"""Prove that a check tells the rules what the register holds, on the day that is asked."""

from __future__ import annotations

import datetime as dt

import pytest
from shapely.geometry import LineString

from cadastre.config import ROOT
from cadastre.errors import TooLarge
from cadastre.rules.load import load_ruleset
from cadastre.services.checks import Demand, check_demand, check_perimeter, gather
from cadastre.services.readings import read_geometry
from tests.factories import (
    make_application,
    make_party,
    make_title,
    make_unit,
    make_work,
    make_zone,
    square,
)

DAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def togo():
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


def demand(togo, ground=None, **more):
    geometry = (ground or square(0.55, 8.05)).__geo_interface__
    return Demand(read_geometry(togo, geometry), DAY, **more)


def test_every_kind_of_fact_is_gathered(session, togo):
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
    make_title(session, square(0.5, 8.0), number="T1")
    make_application(session, square(0.6, 8.1), number="A1")
    make_zone(session, square(0.6, 8.0, 0.02 + 0.04), code="Z1")
    make_work(session, LineString([(0.4, 8.06), (0.7, 8.06)]), code="W1", kind="line")
    facts = gather(session, togo, demand(togo))
    assert [n.id for n in facts.neighbours] == ["T1", "A1"]
    assert [z.id for z in facts.zones] == ["Z1"]
    assert [(w.id, w.corridor_m) for w in facts.works] == [("W1", 25.0)]
    assert [(u.code, u.share) for u in facts.units] == [("TG-C", 1.0)]
    assert facts.country is not None


def test_the_outline_follows_its_last_change(session, togo):
    unit = make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    before = gather(session, togo, demand(togo)).country
    unit.geom = make_unit(session, square(0.0, 6.0, 5), code="XX", name="x", level=9).geom
    session.flush()
    after = gather(session, togo, demand(togo)).country
    assert after.area > before.area


def test_names_of_persons_do_not_reach_a_public_check(session, togo):
    person = make_party(session, "Une Personne", kind="person")
    make_title(session, square(0.5, 8.0), number="T1", holder=person)
    answer = check_demand(session, togo, demand(togo))
    assert "Une Personne" not in repr(answer)


def test_a_perimeter_drawn_along_a_title_meets_nothing(session, togo):
    make_title(session, square(0.5, 8.0), number="T1")
    assert gather(session, togo, demand(togo, square(0.6, 8.0))).neighbours == ()


def test_without_a_session_the_register_is_not_consulted(togo):
    answer = check_demand(None, togo, demand(togo))
    assert not answer.facts.register_consulted
    assert "register.not-consulted" in answer.report.codes


def test_an_own_number_is_left_aside(session, togo):
    make_title(session, square(0.5, 8.0), number="T1")
    reading = read_geometry(togo, square(0.55, 8.05).__geo_interface__)
    report = check_perimeter(
        session, togo, reading, kind=None, substances=(), at=DAY, exclude=("T1",)
    )
    assert report.overlaps == ()


def test_too_many_corners_never_reach_the_database(session, togo):
    wheel = square(0.5, 8.0).centroid.buffer(0.05, quad_segs=200)
    with pytest.raises(TooLarge):
        check_demand(session, togo, demand(togo, wheel))
