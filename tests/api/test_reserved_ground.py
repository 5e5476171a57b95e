"""A check tells ground that waits for its fair opening, as soon as somebody looks at it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from shapely.geometry import box, mapping, shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Opening
from cadastre.services.titles.reduce import withdraw
from tests.factories import make_title
from tests.services.titles.people import TOGO, decision

GROUND = box(0.9, 8.9, 1.0, 9.0)
HALF = mapping(box(0.95, 8.9, 1.05, 9.0))
SAND = {"substances": ("sable",), "group": "construction-materials"}
KIND = "permis-materiaux-construction"


def freed(session: Session, days_ago: int) -> Opening:
    title = make_title(session, GROUND, number="PMC-1", kind=KIND, **SAND)
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago)
    withdraw(session, TOGO, title, decision(session, then))
    return session.scalars(select(Opening)).one()


def reserved(client: FlaskClient, **more) -> list[dict]:
    answer = client.post("/api/checks?lang=en", json={"geometry": HALF, **more}).json
    return [one for one in answer["findings"] if one["code"].startswith("opening.")]


@pytest.mark.parametrize(
    ("days_ago", "code"),
    [(1, "opening.not-open-yet"), (16, "opening.file-sealed")],
)
def test_a_check_says_from_when_ground_may_be_asked(
    client: FlaskClient, session: Session, days_ago: int, code: str
):
    opening = freed(session, days_ago)
    (told,) = reserved(client, kind=KIND, substances=["sable"])
    assert (told["code"], told["severity"]) == (code, "block")
    assert told["values"]["opens_at"] == opening.opens_at.isoformat()
    assert told["values"]["page"] == f"/openings/{opening.number}"
    assert opening.number in told["message"]
    assert shape(told["geometry"]).bounds == pytest.approx((0.95, 8.9, 1.0, 9.0))


def test_another_group_is_free_and_no_group_is_a_doubt(client: FlaskClient, session: Session):
    freed(session, 1)
    assert reserved(client, kind="permis-recherche", substances=["or"]) == []
    (told,) = reserved(client)
    assert told["severity"] == "warn"


def test_a_window_that_nobody_used_keeps_nothing(client: FlaskClient, session: Session):
    freed(session, 40)
    assert reserved(client, kind=KIND, substances=["sable"]) == []


def test_before_it_was_published_nothing_was_kept(client: FlaskClient, session: Session):
    freed(session, 1)
    asked = {"kind": KIND, "substances": ["sable"], "at": "2026-01-01"}
    assert reserved(client, **asked) == []


def test_ground_that_the_clock_freed_is_told_before_anybody_publishes(
    client: FlaskClient, session: Session
):
    make_title(session, GROUND, number="PMC-2", kind=KIND, expires_on=dt.date(2030, 1, 1), **SAND)
    asked = {"kind": KIND, "substances": ["sable"], "at": "2030-01-02"}
    (told,) = reserved(client, **asked)
    assert told["code"] == "opening.not-published-yet"
    assert told["values"]["page"] == "/titles/PMC-2"
