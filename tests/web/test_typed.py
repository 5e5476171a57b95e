"""What a decision maker typed with one factor is there again once the second was given."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.sign_in import SECOND_FACTOR
from cadastre.models import Draft
from cadastre.services.accounts import change_password
from tests.api.conftest import app, client  # noqa: F401
from tests.api.dossier_walk import Office, file, office
from tests.api.test_dossiers import DECLARATION, RESEARCH
from tests.api.test_plain_forms import PASSWORD, Browser

REASON = "Le tribunal est saisi."


@pytest.fixture
def about(client: FlaskClient, session: Session) -> Office:  # noqa: F811
    return office(client, session)


@pytest.fixture
def decider(about: Office, session: Session) -> Browser:
    """Sign the decision maker in with a password alone."""
    change_password(session, about.who.decider, PASSWORD)
    about.who.decider.confirmed_at = dt.datetime.now(dt.UTC)
    session.flush()
    return Browser(about.client, about.who.decider)


def send(browser: Browser, page: str, path: str, form: dict[str, str]) -> str:
    """Send a form of a page as a browser does; give where it leads."""
    browser.client.environ_base["HTTP_REFERER"] = f"http://localhost{page}"
    answer = browser.post(path, form, page)
    assert answer.status_code == 303, answer.text[:500]
    return str(answer.location)


def give_second_factor(browser: Browser, about: Office) -> None:
    """Note in the session that the second factor was given."""
    with browser.client.session_transaction() as cookie:
        cookie[SECOND_FACTOR] = about.who.decider.id


def test_words_outlive_the_detour_and_are_forgotten_once_sent(
    about: Office, decider: Browser, session: Session
) -> None:
    number = file(about, RESEARCH, 0)
    page = f"/desk/{number}/steps/suspend"
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=20)).date().isoformat()
    typed = {"reason": REASON, "until": until, "stage": "review"}
    assert send(decider, page, page, typed).startswith("/login/second-factor?next=")
    kept = session.scalars(select(Draft)).one()
    assert kept.content["form"] == {"reason": REASON, "until": until}
    give_second_factor(decider, about)
    back = decider.get(page)
    assert REASON in back
    assert until in back
    assert REASON not in decider.get(f"/desk/{number}/steps/correct")
    send(decider, page, page, typed | {"stage": "confirm"})
    session.expire_all()
    assert session.scalar(select(Draft)) is None
    assert REASON not in decider.get(f"/desk/{number}/steps/resume")


def test_words_are_kept_for_an_hour(about: Office, decider: Browser, session: Session) -> None:
    number = file(about, DECLARATION, 0)
    page, note = f"/desk/{number}", "Une note du bureau."
    form = {"text": note, "audience": "office"}
    assert "second-factor" in send(decider, page, f"{page}/messages", form)
    give_second_factor(decider, about)
    assert note in decider.get(page)
    session.execute(update(Draft).values(updated_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    session.expire_all()
    assert note not in decider.get(page)
