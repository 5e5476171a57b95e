"""An act that moves ground leaves the list of overlap cases as a recount would leave it."""

from __future__ import annotations

import datetime as dt

from shapely.geometry import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import OverlapCase, Parcel
from cadastre.queries.asof import AsOf
from cadastre.services.cases import detection
from cadastre.services.cases.detection import recount
from cadastre.services.titles.expire import expire_titles
from cadastre.services.titles.grant import Grant, grant
from cadastre.services.titles.reduce import renounce, renounce_part
from cadastre.services.titles.reshape import split
from tests.factories import make_application, make_title, make_zone
from tests.services.titles.people import TOGO, decision

SAND = {"substances": ("sable",), "group": "construction-materials"}
GROUND = box(0.9, 8.9, 1.0, 9.0)
WEST, EAST = box(0.9, 8.9, 0.95, 9.0), box(0.95, 8.9, 1.0, 9.0)
FOREST = box(0.97, 8.9, 1.2, 9.0)  # meets the east alone


def cases(session: Session) -> list[tuple[str, str, bool]]:
    """Give kind, who found it, and whether it is open, oldest first."""
    found = session.scalars(select(OverlapCase).order_by(OverlapCase.id))
    return [(case.kind, case.detected_by, case.closed_at is None) for case in found]


def nothing_left_to_count(session: Session) -> None:
    again = recount(session, TOGO)
    assert (again.opened, again.closed, again.changed) == ((), (), 0)


def in_a_forest(session: Session, **columns):
    """Make a title that reaches into a forest reserve, with the case of it."""
    make_zone(session, FOREST, kind="forest-reserve")
    title = make_title(session, GROUND, **columns)
    recount(session, TOGO)
    assert cases(session) == [("title-zone", "recount", True)]
    return title


def test_a_grant_over_a_zone_opens_the_case_of_the_title_and_closes_the_application_s(session):
    make_zone(session, FOREST, kind="forest-reserve")
    asked = make_application(session, EAST, kind="permis-materiaux-construction", **SAND)
    recount(session, TOGO)
    title = grant(
        session, TOGO, asked, decision(session), Grant(expires_on=dt.date(2028, 6, 1))
    )
    assert cases(session) == [
        ("application-zone", "recount", False), ("title-zone", "act", True),
    ]  # fmt: skip
    case = session.scalars(select(OverlapCase).where(OverlapCase.closed_at.is_(None))).one()
    assert session.get_one(Parcel, case.left_parcel_id).title_id == title.id
    nothing_left_to_count(session)


def test_a_split_leaves_the_case_with_the_piece_that_is_concerned(session):
    title = in_a_forest(session)
    _, east = split(session, TOGO, title, [WEST, EAST], decision(session))
    assert cases(session) == [("title-zone", "recount", False), ("title-zone", "act", True)]
    case = session.scalars(select(OverlapCase).where(OverlapCase.closed_at.is_(None))).one()
    assert session.get_one(Parcel, case.left_parcel_id).title_id == east.id
    nothing_left_to_count(session)


def test_giving_the_shared_part_up_closes_the_case_by_rule(session):
    title = in_a_forest(session)
    renounce_part(session, TOGO, title, WEST, decision(session))
    case = session.scalars(select(OverlapCase)).one()
    assert (case.closed_at is not None, case.outcome) == (True, "closed-by-rule")
    nothing_left_to_count(session)


def test_a_part_given_up_elsewhere_keeps_the_case_open_on_the_new_parcel(session):
    title = in_a_forest(session)
    former = session.scalars(select(OverlapCase.left_parcel_id)).one()
    renounce_part(session, TOGO, title, EAST, decision(session))
    assert cases(session) == [("title-zone", "recount", True)]
    assert session.scalars(select(OverlapCase.left_parcel_id)).one() != former
    nothing_left_to_count(session)


def test_a_title_given_up_takes_its_cases_with_it(session):
    title = in_a_forest(session)
    renounce(session, TOGO, title, decision(session))
    assert cases(session) == [("title-zone", "recount", False)]
    nothing_left_to_count(session)


def test_an_application_that_moves_up_keeps_its_own_case(session):
    title = in_a_forest(session)
    make_application(session, EAST, standing="second-rank")
    recount(session, TOGO)
    assert [one[2] for one in cases(session)] == [True, True, True]
    renounce(session, TOGO, title, decision(session))
    open_kinds = [kind for kind, _, is_open in cases(session) if is_open]
    assert open_kinds == ["application-zone"]
    nothing_left_to_count(session)


def test_the_clock_closes_the_cases_of_titles_it_ends(session, monkeypatch):
    title = in_a_forest(session, expires_on=dt.date(2030, 1, 1))
    after = dt.datetime(2030, 1, 2, tzinfo=dt.UTC)
    monkeypatch.setattr(detection, "_now", lambda *_: AsOf(after, after.date()))
    assert expire_titles(session, TOGO, after) == [title.number]
    assert cases(session) == [("title-zone", "recount", False)]
    nothing_left_to_count(session)
