"""Overlap cases over HTTP: seen by who is concerned, decided by two, agreed by the parties."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from shapely.geometry import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Mandate, OverlapCase, Party, Zone
from cadastre.services.cases.detection import recount
from tests.api.test_titles import bearer
from tests.factories import make_application, make_party, make_title, make_zone, square
from tests.services.titles.people import TOGO, account

WISH = {"choice": "clip", "reason": "Rang antérieur", "source": "PV n° 12"}
Headers = dict[str, str]


@pytest.fixture
def agent(session: Session) -> Headers:
    return bearer(session, account(session, "agent"))


@pytest.fixture
def decider(session: Session) -> Headers:
    return bearer(session, account(session, "decider"))


def speaking_for(session: Session, party: Party) -> Headers:
    who = account(session, "applicant")
    session.add(
        Mandate(
            account_id=who.id, party_id=party.id, starts_on=dt.date(2020, 1, 1), powers=["file"]
        )
    )
    session.flush()
    session.expire_all()
    return bearer(session, who)


def only_case(session: Session) -> str:
    recount(session, TOGO)
    return session.scalars(select(OverlapCase.number)).one()


@pytest.fixture
def asked_on_title(session: Session) -> str:
    """Make an application that reaches into a title, with its case."""
    make_title(session, square(0.5, 8.0), number="T")
    make_application(session, square(0.55, 8.05), number="A", standing="second-rank")
    return only_case(session)


@pytest.fixture
def two_titles(session: Session) -> tuple[str, Headers, Headers]:
    """Make two overlapping titles of an older register, and somebody to speak for each."""
    one, other = make_party(session, "Mines un SA"), make_party(session, "Mines deux SA")
    make_title(session, square(0.5, 8.0), number="T1", holder=one)
    make_title(
        session, square(0.55, 8.0), number="T2", holder=other, standing="legacy",
        starts_on=dt.date(2024, 6, 1),
    )  # fmt: skip
    number = only_case(session)
    return number, speaking_for(session, one), speaking_for(session, other)


def post(client: FlaskClient, number: str, act: str, headers: Headers, body: dict | None = None):
    return client.post(f"/api/cases/{number}/{act}", json=body or {}, headers=headers)


def test_nobody_looks_without_signing_in(client: FlaskClient, asked_on_title: str):
    assert client.get("/api/cases").status_code == 401
    assert client.get(f"/api/cases/{asked_on_title}").status_code == 401


def test_the_desk_lists_and_lays_out(client: FlaskClient, asked_on_title: str, agent: Headers):
    listed = client.get("/api/cases", headers=agent).json
    assert (listed["total"], listed["cases"][0]["number"]) == (1, asked_on_title)
    assert listed["cases"][0]["kind"] == "application-title"
    assert client.get("/api/cases?kind=title-zone", headers=agent).json["total"] == 0
    shown = client.get(f"/api/cases/{asked_on_title}?lang=fr", headers=agent).json
    assert (shown["left"]["number"], shown["right"]["number"]) == ("A", "T")
    assert shown["condition"] == "open"
    ways = {way["id"]: way for way in shown["proposals"]}
    assert {"clip", "share", "refuse"} <= set(ways)
    clipped = ways["clip"]["left"]
    assert clipped["area_after_ha"] < clipped["area_before_ha"]
    missing = client.get("/api/cases/CHV-2020-000000", headers=agent)
    assert (missing.status_code, missing.json["code"]) == (404, "cases.no-such-case")


def test_two_sign_ins_end_a_case_and_the_register_changes(
    client: FlaskClient, session: Session, asked_on_title: str, agent: Headers, decider: Headers
):
    proposed = post(client, asked_on_title, "proposal", agent, WISH)
    assert (proposed.status_code, proposed.json["condition"]) == (200, "awaiting-confirmation")
    refused = post(client, asked_on_title, "confirmation", agent)
    assert (refused.status_code, refused.json["code"]) == (403, "cases.not-decider")
    twice = post(client, asked_on_title, "proposal", agent, WISH)
    assert (twice.status_code, twice.json["code"]) == (409, "cases.already-proposed")
    done = post(client, asked_on_title, "confirmation", decider)
    assert (done.status_code, done.json["outcome"]) == (200, "clip"), done.json
    assert client.get("/api/cases", headers=agent).json["total"] == 0
    closed = client.get("/api/cases?state=closed", headers=agent).json
    assert closed["cases"][0]["outcome"] == "clip"
    over = post(client, asked_on_title, "proposal", agent, WISH)
    assert (over.status_code, over.json["code"]) == (409, "cases.over")
    assert recount(session, TOGO).found == 0


def test_a_proposal_is_taken_back(client: FlaskClient, asked_on_title: str, agent: Headers):
    post(client, asked_on_title, "proposal", agent, WISH)
    back = post(client, asked_on_title, "withdrawal", agent, {"reason": "erreur de pièce"})
    assert back.json["condition"] == "open"
    again = post(client, asked_on_title, "withdrawal", agent, {"reason": "encore"})
    assert again.json["code"] == "cases.nothing-proposed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"choice": "elsewhere"}, "cases.no-such-proposal"),
        ({"reason": " "}, "cases.no-reason"),
        ({"source": "x"}, "cases.no-source"),
    ],
)
def test_what_cannot_be_proposed_is_told(
    client: FlaskClient, asked_on_title: str, agent: Headers, change: dict, code: str
):
    told = post(client, asked_on_title, "proposal", agent, WISH | change)
    assert told.status_code in (400, 409, 422)
    assert told.json["code"] == code


def test_a_party_sees_its_cases_and_offers_what_it_may(
    client: FlaskClient, two_titles: tuple[str, Headers, Headers], decider: Headers
):
    number, one, other = two_titles
    assert client.get("/api/cases", headers=one).json["total"] == 1
    refused = post(client, number, "proposal", one, WISH)
    assert (refused.status_code, refused.json["code"]) == (403, "cases.not-for-parties")
    offered = post(client, number, "proposal", one, WISH | {"choice": "share"})
    assert (offered.status_code, offered.json["condition"]) == (200, "awaiting-parties")
    early = post(client, number, "confirmation", decider)
    assert early.json["code"] == "cases.parties-awaited"
    mine_again = post(client, number, "acceptance", one)
    assert mine_again.json["code"] == "cases.nothing-to-accept"
    agreed = post(client, number, "acceptance", other)
    assert agreed.json["condition"] == "awaiting-confirmation"
    assert post(client, number, "confirmation", decider).json["outcome"] == "share"


def test_a_stranger_sees_and_decides_nothing(
    client: FlaskClient, session: Session, two_titles: tuple[str, Headers, Headers]
):
    number, _, _ = two_titles
    stranger = speaking_for(session, make_party(session, "Autre SA"))
    assert client.get("/api/cases", headers=stranger).json["total"] == 0
    assert client.get(f"/api/cases/{number}", headers=stranger).status_code == 403
    for act, body in (("proposal", WISH | {"choice": "share"}), ("acceptance", None)):
        assert post(client, number, act, stranger, body).status_code == 403
    assert post(client, number, "confirmation", stranger).status_code == 403


def test_the_authority_of_a_zone_consents_online(
    client: FlaskClient, session: Session, agent: Headers, decider: Headers
):
    zone = make_zone(session, box(0.97, 8.9, 1.2, 9.0), kind="forest-reserve")
    authority = make_party(session, "Direction des forêts", kind="administration")
    session.get_one(Zone, zone.id).authority_id = authority.id
    make_title(session, box(0.9, 8.9, 1.0, 9.0), number="T")
    number = only_case(session)
    keeper = speaking_for(session, authority)
    proposed = post(client, number, "proposal", agent, WISH | {"choice": "consent"})
    assert proposed.json["condition"] == "awaiting-parties"
    accepted = post(client, number, "acceptance", keeper)
    assert accepted.json["condition"] == "awaiting-confirmation"
    assert post(client, number, "confirmation", decider).json["outcome"] == "consent"
    known = client.get("/api/cases?state=known", headers=keeper).json
    assert [row["number"] for row in known["cases"]] == [number]
