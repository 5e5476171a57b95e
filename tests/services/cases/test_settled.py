"""What was decided to stay shared is not asked again of the same owners about the same ground."""

from __future__ import annotations

import datetime as dt

import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiPolygon, box
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.models import OverlapCase, Parcel, Title, TitleRelation, Zone
from cadastre.procedures.family import Kinship
from cadastre.services.cases.detection import recount
from cadastre.services.titles.grant import Grant, grant
from cadastre.services.titles.ground import close_ground, held, open_ground, open_parcels
from cadastre.services.titles.holders import transfer
from cadastre.services.titles.reduce import renounce_part
from cadastre.services.titles.release import replace_ground
from cadastre.services.titles.renew import renew
from cadastre.services.titles.reshape import split
from tests.factories import make_application, make_party, make_title, make_work, make_zone, square
from tests.services.titles.people import NOON, TOGO, decision

GROUND = box(0.9, 8.9, 1.0, 9.0)
WEST, EAST = box(0.9, 8.9, 0.95, 9.0), box(0.95, 8.9, 1.0, 9.0)
FOREST = box(0.97, 8.9, 1.2, 9.0)
KIND = "permis-exploitation-petite-echelle"


def settle(session: Session, outcome: str) -> OverlapCase:
    """Close the only open case as a decision would, the ground left shared."""
    recount(session, TOGO)
    case = session.scalars(select(OverlapCase).where(OverlapCase.closed_at.is_(None))).one()
    case.closed_at, case.outcome = dt.datetime.now(dt.UTC), outcome
    session.flush()
    return case


def in_the_forest(session: Session, **columns) -> Title:
    make_zone(session, FOREST, kind="forest-reserve", code="FOREST")
    title = make_title(session, GROUND, number="T", kind=KIND, **columns)
    settle(session, "consent")
    return title


def opened(session: Session) -> list[str]:
    """Recount, and name who is in the way in the cases that are open now."""
    recount(session, TOGO)
    return list(
        session.scalars(
            select(Title.number)
            .join(Parcel, Parcel.title_id == Title.id)
            .join(OverlapCase, OverlapCase.left_parcel_id == Parcel.id)
            .where(OverlapCase.closed_at.is_(None))
            .order_by(Title.number)
        )
    )


def move(session: Session, title: Title, ground, days: int = 0) -> None:
    """Give a title other ground some days after noon of the tests, as an act does."""
    at = NOON + dt.timedelta(days=days)
    now = held(open_parcels(session, title, at))
    replace_ground(session, title, now, MultiPolygon([ground]), at, now.source.period.upper)


def test_a_new_parcel_on_the_same_ground_asks_nothing_again(session):
    move(session, in_the_forest(session), GROUND)
    assert opened(session) == []


def test_a_renewal_and_a_transfer_ask_nothing_again(session):
    soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60)
    holder, taker = make_party(session), make_party(session, "Autre SA")
    title = in_the_forest(session, expires_on=soon, holder=holder)
    renew(session, TOGO, title, decision(session, None), years=1)
    assert opened(session) == []
    transfer(session, TOGO, title, holder, taker, decision(session, None))
    assert opened(session) == []


def test_less_ground_asks_nothing_again_and_more_does(session):
    title = in_the_forest(session)
    move(session, title, box(0.9, 8.9, 0.99, 9.0))
    assert opened(session) == []
    move(session, title, box(0.9, 8.9, 1.0001, 9.0), days=1)  # ten metres further into the forest
    assert opened(session) == ["T"]


def test_a_smaller_overlap_elsewhere_is_a_new_question(session):
    """The area alone would say that less is shared than was settled."""
    title = in_the_forest(session)
    move(session, title, box(1.02, 8.9, 1.04, 8.95))
    assert opened(session) == ["T"]


def test_a_zone_that_is_redrawn_asks_again_where_it_grew(session):
    title = in_the_forest(session)
    move(session, title, GROUND)
    zone = session.scalars(select(Zone)).one()
    zone.geom = from_shape(MultiPolygon([box(0.92, 8.9, 1.2, 9.0)]), 4326)
    session.flush()
    assert opened(session) == ["T"]


def test_children_of_a_split_inherit_what_was_settled(session):
    title = in_the_forest(session)
    split(session, TOGO, title, [WEST, EAST], decision(session))
    assert opened(session) == []


def test_another_title_on_the_same_ground_is_a_new_question(session):
    title = in_the_forest(session)
    renounce_part(session, TOGO, title, WEST, decision(session))
    make_title(session, EAST, number="U", kind=KIND, starts_on=dt.date(2026, 6, 2))
    assert opened(session) == ["U"]


def test_a_title_granted_from_the_application_that_obtained_consent_asks_nothing_again(session):
    make_zone(session, FOREST, kind="forest-reserve")
    sand = {"substances": ("sable",), "group": "construction-materials"}
    asked = make_application(session, EAST, kind="permis-materiaux-construction", **sand)
    settle(session, "consent")
    grant(session, TOGO, asked, decision(session), Grant(expires_on=dt.date(2028, 6, 1)))
    assert opened(session) == []


@pytest.mark.parametrize(("kinship", "again"), [(Kinship.MERGED, []), (Kinship.CONVERTED, ["C"])])
def test_what_a_conversion_makes_is_another_right(session, kinship, again):
    title = in_the_forest(session)
    (parcel,) = open_parcels(session, title, NOON)
    title.ended_on = dt.date(2026, 6, 1)
    close_ground(session, [parcel], NOON)
    child = make_title(session, GROUND, number="C", kind=KIND, starts_on=dt.date(2026, 6, 2))
    session.add(TitleRelation(parent_id=title.id, child_id=child.id, kind=kinship))
    session.flush()
    assert opened(session) == again


def test_an_inherited_overlap_of_two_titles_stays_known_whoever_comes_later(session):
    first = make_title(session, square(0.5, 8.0), number="A")
    second = make_title(
        session, square(0.55, 8.05), number="B", standing="legacy",
        starts_on=dt.date(2024, 6, 1),
    )  # fmt: skip
    settle(session, "known")
    first.granted_on = dt.date(2025, 1, 1)  # now A is the later one: the two change sides
    (parcel,) = open_parcels(session, second, NOON)
    groups, rest = ["precious-metals"], Range(NOON, parcel.period.upper)
    close_ground(session, [parcel], NOON)
    ground = MultiPolygon([square(0.55, 8.05)])
    open_ground(session, second, ground, rest, groups, parcel, groups)
    # Control: the pair of parcels is one that was never seen, in an order that was never seen.
    assert opened(session) == []


def test_the_corridor_of_a_line_is_settled_with_its_operator(session):
    line = make_work(session, LineString([(0.9, 9.55), (1.2, 9.55)]))
    title = make_title(session, square(1.0, 9.5), number="L")
    settle(session, "consent")
    move(session, title, square(1.0, 9.5))
    assert opened(session) == []
    line.geom = from_shape(LineString([(0.9, 9.58), (1.2, 9.58)]), 4326)
    session.flush()
    assert opened(session) == ["L"]
