"""Every overlap the law weighs is a case, once; what vanishes is closed by rule."""

from __future__ import annotations

import datetime as dt

import pytest
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import LineString, MultiPolygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import OverlapCase, Parcel, Step, Work
from cadastre.rules.load import load_ruleset
from cadastre.services.cases.detection import detect_for_parcel, recount
from tests.factories import make_application, make_party, make_title, make_work, make_zone, square

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")


def cases(session: Session) -> list[OverlapCase]:
    return list(session.scalars(select(OverlapCase).order_by(OverlapCase.id)))


def steps(session: Session, case: OverlapCase) -> list[str]:
    query = select(Step.kind).where(Step.dossier_id == case.dossier_id).order_by(Step.id)
    return list(session.scalars(query))


def parcel_of(session: Session, owner) -> Parcel:
    column = Parcel.title_id if hasattr(owner, "starts_on") else Parcel.application_id
    return session.scalars(select(Parcel).where(column == owner.id)).one()


def _one_of_each(session: Session) -> dict[str, object]:
    """Lay out one overlap of each kind, far from one another."""
    return {
        "application-title": (
            make_title(session, square(0.5, 8.0)),
            make_application(session, square(0.55, 8.05), standing="second-rank"),
        ),
        "application-application": (
            make_application(session, square(0.5, 8.5)),
            make_application(
                session, square(0.55, 8.55), standing="second-rank",
                filed_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC),
            ),
        ),
        "title-title": (
            make_title(session, square(0.5, 9.0)),
            make_title(
                session, square(0.55, 9.05), standing="legacy", starts_on=dt.date(2024, 6, 1)
            ),
        ),
        "application-zone": (
            make_zone(session, square(1.0, 8.0)), make_application(session, square(1.05, 8.05)),
        ),
        "title-zone": (
            make_zone(session, square(1.0, 8.5)), make_title(session, square(1.05, 8.55)),
        ),
        "application-work": (
            make_work(session, LineString([(0.9, 9.05), (1.2, 9.05)])),
            make_application(session, square(1.0, 9.0)),
        ),
        "title-work": (
            make_work(session, LineString([(0.9, 9.55), (1.2, 9.55)])),
            make_title(session, square(1.0, 9.5)),
        ),
    }  # fmt: skip


def test_each_kind_is_found_with_the_one_in_the_way_on_the_left(session):
    made = _one_of_each(session)
    done = recount(session, TOGO)
    found = {case.kind: case for case in cases(session)}
    assert set(found) == set(made)
    assert len(done.opened) == 7
    assert done.closed == ()
    for kind, (_, later) in made.items():
        case = found[kind]
        assert case.left_parcel_id == parcel_of(session, later).id, kind
        assert steps(session, case) == ["detected"]
        assert not case.is_technical
        assert case.area_m2 > 1_000
        assert case.deadline_on is not None
        assert case.deadline_on > done_day(case)
    quarter = found["title-title"]
    assert quarter.share_of_left == pytest.approx(0.25, abs=0.001)
    assert quarter.share_of_right == pytest.approx(0.25, abs=0.001)
    assert found["title-zone"].share_of_right is None


def done_day(case: OverlapCase) -> dt.date:
    return case.detected_at.date()


def test_a_second_recount_changes_nothing(session):
    _one_of_each(session)
    recount(session, TOGO)
    again = recount(session, TOGO)
    assert (again.opened, again.closed, again.changed, again.found) == ((), (), 0, 7)
    assert len(cases(session)) == 7


def test_filing_opens_the_cases_of_one_parcel_alone(session):
    _one_of_each(session)
    application = make_application(session, square(0.58, 8.08), standing="second-rank")
    done = detect_for_parcel(session, TOGO, parcel_of(session, application))
    assert len(done.opened) == 2  # the title, and the application before it
    assert {case.detected_by for case in cases(session)} == {"filing"}


def test_a_case_without_its_overlap_is_closed_by_rule(session):
    work, application = _one_of_each(session)["application-work"]
    recount(session, TOGO)
    session.get_one(Work, work.id).geom = from_shape(LineString([(0.1, 7), (0.2, 7)]), 4326)
    session.flush()
    done = recount(session, TOGO)
    (case,) = [case for case in cases(session) if case.kind == "application-work"]
    assert done.closed == (case.number,)
    assert (case.outcome, case.closed_at is not None) == ("closed-by-rule", True)
    assert steps(session, case) == ["detected", "closed-by-rule"]
    assert application.closed_at is None


def test_a_case_follows_its_owners_to_the_parcel_that_replaces_the_former(session):
    _title, application = _one_of_each(session)["application-title"]
    recount(session, TOGO)
    old = parcel_of(session, application)
    now = dt.datetime.now(dt.UTC)
    from sqlalchemy.dialects.postgresql import Range

    fresh = Parcel(
        application_id=application.id, period=Range(now - dt.timedelta(seconds=1), None),
        geom=from_shape(MultiPolygon([square(0.58, 8.08)]), 4326),
        original_text="", original_crs="EPSG:4326", edge_model="straight-lonlat",
        planar_area_m2=1, planar_crs="EPSG:32631", geodesic_area_m2=1.2e8,
    )  # fmt: skip
    old.period = Range(old.period.lower, now - dt.timedelta(seconds=1))
    session.add(fresh)
    session.flush()
    done = recount(session, TOGO)
    (case,) = [case for case in cases(session) if case.kind == "application-title"]
    assert (done.opened, done.closed, done.changed) == ((), (), 1)
    assert case.left_parcel_id == fresh.id
    assert to_shape(case.geom).bounds == pytest.approx((0.58, 8.08, 0.6, 8.1))


def test_rounding_of_corners_is_listed_and_marked(session):
    make_title(session, box(0.5, 8.0, 0.6, 8.1))
    make_title(session, box(0.6 - 1e-7, 8.0, 0.7, 8.1))
    recount(session, TOGO)
    (case,) = cases(session)
    assert case.is_technical
    assert 0 < case.mean_width_m < 0.05
    assert case.deadline_on is None


@pytest.mark.parametrize(
    "change", ["other group", "own title", "void zone", "retired work", "closed", "neighbours"]
)
def test_what_the_law_does_not_weigh_is_no_case(session, change):
    if change == "other group":  # two applications of different classes: information only
        make_application(session, square(0.5, 8.0))
        make_application(session, square(0.55, 8.0), substances=("fer",), group="ferrous")
    elif change == "own title":
        party = make_party(session)
        make_title(session, square(0.5, 8.0), holder=party)
        make_application(
            session, square(0.55, 8.0), applicant=party, standing="second-rank",
            kind="permis-exploitation-grande-echelle",
        )  # fmt: skip
    elif change == "void zone":
        make_zone(session, square(0.5, 8.0), status="void")
        make_title(session, square(0.55, 8.0))
    elif change == "retired work":
        make_work(session, LineString([(0.4, 8.05), (0.8, 8.05)]), state="retired")
        make_title(session, square(0.5, 8.0))
    elif change == "closed":
        make_title(session, square(0.5, 8.0))
        make_application(
            session, square(0.55, 8.0), standing="second-rank", outcome="refused",
            closed_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        )  # fmt: skip
    else:
        make_title(session, square(0.5, 8.0))
        make_title(session, square(0.6, 8.0))
    assert recount(session, TOGO).found == 0
