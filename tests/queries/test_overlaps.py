"""Prove what counts as shared ground, and what is left out."""

from __future__ import annotations

import datetime as dt

import pytest
from shapely.geometry import LineString, Polygon
from sqlalchemy.orm import Session

from cadastre.queries.asof import as_of
from cadastre.queries.overlaps import find_neighbours, find_units, find_works, find_zones
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
AT = as_of(DAY)


def numbers(session: Session, perimeter: Polygon, at=AT, **options) -> list[str]:
    return [m.fields["number"] for m in find_neighbours(session, perimeter, at, **options)]


@pytest.mark.parametrize(
    ("ground", "shares"),
    [
        (square(0.5, 8.0), True),  # the same
        (square(0.52, 8.02, 0.02), True),  # inside
        (square(0.4, 7.9, 0.4), True),  # around
        (square(0.55, 8.05), True),  # across a corner
        (square(0.6, 8.0), False),  # along a side
        (square(0.6, 8.1), False),  # at one corner
        (square(0.7, 8.0), False),  # apart
    ],
)
def test_ground_is_shared_when_interiors_meet(session, ground, shares):
    make_title(session, square(0.5, 8.0), number="T1")
    assert numbers(session, ground) == (["T1"] if shares else [])


def test_shared_ground_is_the_intersection(session):
    make_title(session, square(0.5, 8.0))
    (found,) = find_neighbours(session, square(0.55, 8.05), AT)
    assert found.shared.symmetric_difference(square(0.55, 8.05, 0.05)).area < 1e-12
    assert found.perimeter.equals(square(0.5, 8.0))


def test_a_moment_decides_what_is_met(session):
    make_title(session, square(0.5, 8.0), number="T1", expires_on=DAY)
    assert numbers(session, square(0.5, 8.0)) == []
    assert numbers(session, square(0.5, 8.0), as_of(DAY - dt.timedelta(1))) == ["T1"]


def test_a_title_known_to_begin_later_is_met(session):
    make_title(session, square(0.5, 8.0), number="T1", starts_on=dt.date(2030, 1, 1))
    assert numbers(session, square(0.5, 8.0), as_of()) in (["T1"], [])
    assert numbers(session, square(0.5, 8.0), as_of(dt.date(2029, 1, 1))) == ["T1"]
    assert numbers(session, square(0.5, 8.0), as_of(dt.date(2020, 1, 1))) == []


def test_applications_follow_titles_by_rank_and_own_number_is_left_aside(session):
    ground = square(0.5, 8.0)
    make_title(session, ground, number="T1")
    first = make_application(session, ground, number="A2", standing="second-rank")
    make_application(session, ground, number="A1", standing="second-rank")
    assert numbers(session, ground) == ["T1", "A2", "A1"]
    assert numbers(session, ground, exclude=(first.number,)) == ["T1", "A1"]


def test_names_of_persons_are_not_shown(session):
    person = make_party(session, "Une Personne", kind="person")
    make_title(session, square(0.5, 8.0), holder=person)
    (found,) = find_neighbours(session, square(0.5, 8.0), AT)
    assert found.fields["holder"] is None


def test_a_ring_that_crosses_itself_still_meets(session):
    make_title(session, square(0.5, 8.0), number="T1")
    bow_tie = Polygon([(0.5, 8.0), (0.6, 8.1), (0.6, 8.0), (0.5, 8.1)])
    assert numbers(session, bow_tie) == ["T1"]


def test_zones_of_ended_acts_are_not_met(session):
    make_zone(session, square(0.5, 8.0), code="Z1")
    make_zone(session, square(0.5, 8.0), code="Z2", ends_on=DAY)
    assert [z.fields["code"] for z in find_zones(session, square(0.55, 8.05), AT)] == ["Z1"]


def test_a_corridor_reaches_beyond_its_line(session):
    line = LineString([(0.3, 7.9995), (0.9, 7.9995)])  # about 55 m south of the square
    make_work(session, line, code="W1", kind="line")
    assert find_works(session, square(0.5, 8.0), AT, {"line": 25.0}) == []
    (found,) = find_works(session, square(0.5, 8.0), AT, {"line": 100.0})
    assert found.fields["corridor_m"] == 100.0
    assert found.shared.area > 0
    assert square(0.5, 8.0).buffer(1e-6).covers(found.shared)


def test_shares_of_units_add_up(session):
    make_unit(session, square(0, 6, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.9, 0.25), code="R1", name="Ouest", level=1)
    make_unit(session, square(0.55, 7.9, 0.25), code="R2", name="Est", level=1)
    shares = {u.code: u.share for u in find_units(session, square(0.5, 8.0), DAY)}
    assert shares == pytest.approx({"R1": 0.5, "R2": 0.5})
