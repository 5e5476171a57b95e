"""Who is led where by the pages of the desk, and what a person's key cannot do through them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.api.conftest import app, client  # noqa: F401
from tests.api.dossier_walk import Office, file, office
from tests.api.test_dossiers import DECLARATION, RESEARCH, key_of
from tests.services.dossiers import walking


@pytest.fixture
def about(client: FlaskClient, session: Session) -> Office:  # noqa: F811
    return office(client, session)


def seen(about: Office, path: str, headers) -> tuple[int, str | None]:
    answer = about.client.get(path, headers=dict(headers))
    return answer.status_code, answer.location


def test_each_is_led_to_the_page_that_is_theirs(about: Office, session: Session):
    number = file(about, DECLARATION, 0)
    page = f"/desk/{number}"
    assert seen(about, page, about.keys["agent"]) == (200, None)
    assert seen(about, page, about.keys["decider"]) == (200, None)
    assert seen(about, page, about.keys["applicant"]) == (302, f"/dossiers/{number}")
    stranger = key_of(session, walking.people(session).applicant)
    assert seen(about, page, stranger)[0] == 404
    assert seen(about, "/desk", about.keys["adviser"]) == (302, "/opinions")
    assert seen(about, "/desk", about.keys["applicant"])[0] == 403
    assert seen(about, "/opinions", about.keys["agent"])[0] == 403
    administrator = key_of(session, walking.account(session, "administrator"))
    assert seen(about, "/desk", administrator)[0] == 403


def test_a_body_sees_what_it_was_asked_and_nothing_else(about: Office, session: Session):
    number = file(about, RESEARCH, 1)
    about.who.adviser.body = "environment"
    session.flush()
    page = f"/opinions/{number}"
    assert seen(about, page, about.keys["adviser"])[0] == 404
    about.step(number, "admit", "agent")
    about.step(number, "request-opinion", "agent", facts={"body": "environment"})
    assert seen(about, page, about.keys["adviser"])[0] == 200
    assert seen(about, f"/desk/{number}", about.keys["adviser"]) == (302, page)
    assert seen(about, page, about.keys["agent"]) == (302, f"/desk/{number}")
    kept = about.attach(number, "agent", title="Note interne", audience="office")
    paper = f"/desk/{number}/documents/{kept['id']}"
    assert seen(about, paper, about.keys["adviser"])[0] == 403
    assert seen(about, paper, about.keys["agent"])[0] == 200


def test_a_document_of_another_dossier_is_not_opened_or_named(about: Office):
    one, other = file(about, DECLARATION, 0), file(about, DECLARATION, 1)
    theirs = about.get(f"/api/dossiers/{other}", "agent")["documents"][0]["id"]
    assert seen(about, f"/desk/{one}/documents/{theirs}", about.keys["agent"])[0] == 404
    asked = f"/desk/{one}/steps/request-completion?document_id={theirs}"
    assert seen(about, asked, about.keys["agent"])[0] == 404
    assert seen(about, f"/desk/{one}/steps/fly", about.keys["agent"])[0] == 404


def test_nothing_odd_in_an_address_breaks_the_desk(about: Office):
    file(about, DECLARATION, 0)
    for question in ("queue=zzz", "page=-1", "page=99999999", "state=zzz", "service=zzz",
                     "q=%27%25_", "done=zzz"):  # fmt: skip
        assert seen(about, f"/desk?{question}", about.keys["agent"])[0] == 200, question
