"""Dossiers over HTTP: whose they are, who may touch what, and what a repeated click does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Step
from cadastre.services.tokens import make_token
from tests.api.dossier_walk import Office, file, office, wait
from tests.services.dossiers import walking

DECLARATION, RESEARCH = "declaration-autoproduction", "permis-recherche"


@pytest.fixture
def about(client: FlaskClient, session: Session) -> Office:
    return office(client, session)


@pytest.fixture
def number(about: Office) -> str:
    return file(about, DECLARATION, 0)


def key_of(session: Session, account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(session, account, name='essai', days=1)}"}


def status(about: Office, method: str, path: str, headers, body=None) -> int:
    return about.client.open(path, method=method, json=body, headers=dict(headers)).status_code


ROUTES = [
    ("GET", "", None),
    ("PATCH", "", {"form": {}}),
    ("GET", "/documents/{document}", None),
    ("GET", "/messages", None),
    ("POST", "/messages", {"text": "bonjour"}),
    ("GET", "/fees", None),
    ("POST", "/invoices", {"moment": "lodgement"}),
    ("POST", "/steps", {"step": "withdraw"}),
    ("POST", "/steps", {"step": "object", "reason": "ma parcelle"}),
]


def test_another_company_finds_nothing_and_changes_nothing(about: Office, session, number: str):
    stranger = key_of(session, walking.people(session).applicant)
    document = about.get(f"/api/dossiers/{number}", "agent")["documents"][0]["id"]
    steps = session.scalars(select(Step.id)).all()
    for method, path, body in ROUTES:
        address = f"/api/dossiers/{number}{path.format(document=document)}"
        assert status(about, method, address, stranger, body) == 404, (method, path)
        # the control: the same request of somebody it concerns is understood
        assert status(about, "GET", f"/api/dossiers/{number}", about.keys["agent"]) == 200
    assert session.scalars(select(Step.id)).all() == steps
    mine = about.client.get("/api/dossiers", headers=stranger).get_json()
    assert mine["dossiers"] == []


def test_a_draft_is_nobody_elses(about: Office, session):
    opened = about.post("/api/dossiers", "applicant", {"service": DECLARATION})
    address = f"/api/dossiers/{opened['number']}"
    assert status(about, "GET", address, about.keys["applicant"]) == 200
    for role in ("agent", "decider", "adviser", "clerk"):
        assert status(about, "GET", address, about.keys[role]) == 404, role


def test_a_body_reads_what_it_is_asked_and_gives_its_own_opinion_only(about: Office, session):
    number = file(about, RESEARCH, 1)
    address = f"/api/dossiers/{number}"
    about.step(number, "admit", "agent")
    about.who.adviser.body = "environment"
    session.flush()
    assert status(about, "GET", address, about.keys["adviser"]) == 404
    about.step(number, "request-opinion", "agent", facts={"body": "environment"})
    assert status(about, "GET", address, about.keys["adviser"]) == 200
    given = {"step": "give-opinion", "reason": "vu"}
    other = {**given, "facts": {"body": "local-authority", "opinion": "favourable"}}
    assert status(about, "POST", f"{address}/steps", about.keys["adviser"], other) == 403
    foreign = walking.account(session, "adviser")
    foreign.body = "electricity"
    foreigner = key_of(session, foreign)
    own = {**given, "facts": {"body": "environment", "opinion": "favourable"}}
    assert status(about, "GET", address, foreigner) == 404
    assert status(about, "POST", f"{address}/steps", foreigner, own) == 404
    about.step(number, "give-opinion", "adviser", facts=own["facts"])
    opinions = about.get(address, "agent")["opinions"]
    assert [one["opinion"] for one in opinions if one["body"] == "environment"] == ["favourable"]


def test_a_clerk_or_an_applicant_cannot_examine(about: Office, session, number: str):
    address = f"/api/dossiers/{number}/steps"
    completion = {"step": "request-completion", "reason": "il manque une page"}
    assert status(about, "POST", address, about.keys["clerk"], completion) == 404
    assert status(about, "POST", address, about.keys["applicant"], completion) == 403
    document = about.get(f"/api/dossiers/{number}", "agent")["documents"][0]["id"]
    judged = f"/api/dossiers/{number}/documents/{document}/verdict"
    for role in ("clerk", "applicant", "decider"):
        assert status(about, "POST", judged, about.keys[role], {"verdict": "accepted"}) == 403
    replace = {"verdict": "to-replace"}
    assert status(about, "POST", judged, about.keys["agent"], replace) == 422, "without a reason"
    told = about.post(judged, "agent", {**replace, "reason": "illisible"}, 200)
    assert (told["verdict"], told["verdict_reason"]) == ("to-replace", "illisible")


def test_the_office_keeps_its_notes_and_papers_to_itself(about: Office, number: str):
    talk = f"/api/dossiers/{number}/messages"
    about.post(talk, "agent", {"text": "à vérifier", "audience": "office"})
    about.post(talk, "agent", {"text": "Bonjour"})
    kept = about.attach(number, "agent", title="Note interne", audience="office")
    seen = about.get(talk, "applicant")["messages"]
    assert [one["text"] for one in seen] == ["Bonjour"]
    assert seen[0]["author"] is None, "people of the office are known to the office"
    assert status(about, "POST", talk, about.keys["applicant"],
                  {"text": "non", "audience": "office"}) == 403  # fmt: skip
    shown = about.get(f"/api/dossiers/{number}", "applicant")["documents"]
    assert kept["id"] not in [one["id"] for one in shown]
    paper = f"/api/dossiers/{number}/documents/{kept['id']}"
    assert status(about, "GET", paper, about.keys["applicant"]) == 403
    assert status(about, "GET", paper, about.keys["agent"]) == 200


def test_messages_are_unread_until_they_are_read(about: Office, number: str):
    talk = f"/api/dossiers/{number}/messages"
    other = f"/api/dossiers/{file(about, DECLARATION, 1)}/messages"
    about.post(other, "applicant", {"text": "Et celui-ci ?"})
    about.post(other, "agent", {"text": "Oui."})  # who answers has read
    about.post(talk, "applicant", {"text": "Avez-vous tout reçu ?"})
    row = about.get(f"/api/desk?queue=unread&q={number}", "agent")["dossiers"][0]
    assert row["unread"] == 1
    assert about.client.post(f"{talk}/read", headers=dict(about.keys["agent"])).status_code == 204
    assert about.get(f"/api/desk?queue=unread&q={number}", "agent")["total"] == 0
    assert about.get("/api/desk/today", "agent")["unread"] == 0


def test_the_queue_follows_turn_person_term_and_words(about: Office, session, number: str):
    def found(question: str, role: str = "agent") -> list[str]:
        rows = about.get(f"/api/desk?{question}", role)["dossiers"]
        return [row["number"] for row in rows]

    assert found("queue=todo") == found("queue=nobody") == [number]
    assert found("queue=todo", "decider") == []
    assert found("queue=all", "decider") == [number]
    assert found(f"queue=all&service={DECLARATION}&state=lodged&q=mines+exemple") == [number]
    assert found(f"queue=all&service={RESEARCH}") == found("queue=all&q=introuvable") == []
    give = f"/api/dossiers/{number}/assignment"
    about.post(give, "agent", {"account_id": about.who.agent.id}, 200)
    assert found("queue=mine") == [number]
    assert found("queue=mine", "second-agent") == found("queue=nobody") == []
    refused = {"account_id": about.who.applicant.id}
    assert status(about, "POST", give, about.keys["agent"], refused) == 403
    assert found("queue=overdue") == []
    wait(about, number, 30)
    completion = {"step": "request-completion", "reason": "page 2", "facts": {"days": 2}}
    about.post(f"/api/dossiers/{number}/steps", "agent", completion)
    session.expire_all()
    assert found("queue=todo") == []
    assert found("queue=all&state=completing") == [number]


def test_whoever_stands_in_sees_the_dossiers_of_who_is_away(about: Office, number: str):
    about.post(
        f"/api/dossiers/{number}/assignment", "agent", {"account_id": about.who.agent.id}, 200
    )
    people = about.get("/api/desk/colleagues", "agent")["colleagues"]
    assert about.who.applicant.id not in [one["id"] for one in people]
    me = about.who.agent.id
    second = max(one["id"] for one in people if one["name"] == "Agent" and one["id"] != me)
    away = {"substitute_id": second, "starts_on": "2020-01-01", "ends_on": "2100-01-01"}
    about.post("/api/desk/absences", "agent", away)
    rows = about.get("/api/desk?queue=mine", "second-agent")["dossiers"]
    assert [row["number"] for row in rows] == [number]
    own = {**away, "substitute_id": me}
    assert status(about, "POST", "/api/desk/absences", about.keys["agent"], own) == 422


def test_people_who_administer_accounts_read_no_dossiers(about: Office, session, number: str):
    keys = key_of(session, walking.account(session, "administrator"))
    assert status(about, "GET", "/api/desk?queue=all", keys) == 403
    assert status(about, "GET", f"/api/dossiers/{number}", keys) == 404


def test_two_people_on_one_file_hear_of_each_other_and_of_news(about: Office, number: str):
    here = f"/api/dossiers/{number}/presence"
    alone = about.post(here, "agent", {}, 200)
    assert alone["others"] == []
    second = about.post(here, "second-agent", {}, 200)
    assert (second["others"], second["mark"]) == (["Agent"], alone["mark"])
    about.step(number, "request-completion", "second-agent", reason="il manque une page")
    assert about.post(here, "agent", {}, 200)["mark"] > alone["mark"]
    assert status(about, "POST", here, about.keys["applicant"], {}) == 403


def test_a_repeated_click_takes_one_step(about: Office, session, number: str):
    body = {"step": "request-completion", "reason": "il manque une page"}
    headers = {**about.keys["agent"], "Idempotency-Key": "un-clic"}
    answers = [
        about.client.post(f"/api/dossiers/{number}/steps", json=body, headers=headers)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].get_json() == answers[1].get_json()
    taken = session.scalars(select(Step.id).where(Step.kind == "request-completion")).all()
    assert len(taken) == 1
    other = about.client.post(
        f"/api/dossiers/{number}/steps", json={**body, "reason": "autre"}, headers=headers
    )
    assert other.status_code == 422


def test_two_who_write_at_once_overwrite_nothing(about: Office):
    opened = about.post("/api/dossiers", "applicant", {"service": DECLARATION})
    address, headers = f"/api/dossiers/{opened['number']}", dict(about.keys["applicant"])
    first = {"form": {"lieu": "Marché"}, "edition": opened["edition"]}
    assert about.client.patch(address, json=first, headers=headers).status_code == 200
    late = {"form": {"lieu": "Gare"}, "edition": opened["edition"]}
    answer = about.client.patch(address, json=late, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "dossiers.edited-meanwhile")
    assert about.get(address, "applicant")["form"]["lieu"] == "Marché"


def test_anybody_with_number_and_code_follows_and_learns_no_name(about: Office, number: str):
    code = about.get(f"/api/dossiers/{number}", "applicant")["follow_up_code"]
    answer = about.client.get(f"/api/follow/{number}?code={code.lower()}")
    assert answer.status_code == 200
    assert "applicant" not in answer.get_json()
    assert about.client.get(f"/api/follow/{number}?code=AAAAAAAAAA").status_code == 404
    assert "follow_up_code" not in about.get(f"/api/dossiers/{number}", "agent")


def test_what_is_impossible_says_every_reason(about: Office, number: str):
    answer = about.client.post(
        f"/api/dossiers/{number}/steps", json={"step": "complete"},
        headers=dict(about.keys["applicant"]),
    )  # fmt: skip
    assert answer.status_code == 409
    assert answer.get_json()["code"].startswith("procedures.")
    unknown = {"step": "fly"}
    path = f"/api/dossiers/{number}/steps"
    assert status(about, "POST", path, about.keys["agent"], unknown) == 404
