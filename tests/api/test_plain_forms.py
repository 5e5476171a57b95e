"""Every service is filed by plain forms alone, as a browser without script does."""

from __future__ import annotations

import datetime as dt
import io
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Dossier
from cadastre.procedures.machine import State
from cadastre.rules.catalogue import FormField
from cadastre.services.accounts import change_password
from tests.services.dossiers import walking

SERVICES = sorted(walking.CATALOGUE.services)
PASSWORD = "un mot de passe"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')
WAS = re.compile(r'name="was" value="([^"]+)"')


class Browser:
    """Somebody who only has forms and links."""

    def __init__(self, client: FlaskClient, account: Account) -> None:
        self.client = client
        form = {"email": account.email, "password": PASSWORD}
        assert self.post("/login", form, "/login").status_code == 303

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def post(self, path: str, form: dict[str, Any], shown_on: str) -> Any:
        """Send a form with what its page hides in it."""
        page = self.get(shown_on)
        hidden = {"csrf_token": TOKEN.search(page)[1]}  # type: ignore[index]
        for name, pattern in (("key", KEY), ("was", WAS)):
            if found := pattern.search(page):
                hidden[name] = found[1]
        return self.client.post(path, data={**hidden, **form})


def as_typed(question: FormField, answer: Any) -> Any:
    """Write an example as somebody would in the form."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer


@pytest.fixture
def who(session: Session) -> walking.People:
    """Open accounts, of which the applicant can sign in."""
    found = walking.people(session)
    change_password(session, found.applicant, PASSWORD)
    found.applicant.confirmed_at = dt.datetime.now(dt.UTC)
    session.flush()
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_filed_by_plain_forms(
    client: FlaskClient, session: Session, who: walking.People, service: str
) -> None:
    browser, found = Browser(client, who.applicant), walking.CATALOGUE.service(service)
    place = SERVICES.index(service)
    title = walking.title_for(session, service, who, place)
    kinds = {kind.value for kind in found.applicants}
    party = str(who.company.id) if not kinds or "company" in kinds else "self"
    start = f"/services/{service}/start"
    browser.get(f"/services/{service}")
    opened = browser.post(start, {"party": party}, start)
    assert opened.status_code == 303, opened.text
    home = opened.headers["Location"]
    number = home.rsplit("/", 1)[1]
    assert found.title["fr"] in unescape(browser.get(home))
    answers = walking.examples(service)
    for page in found.form:
        own = {
            f"a-{question.id}": as_typed(question, title if question.type == "title" and title
                                         else answers[question.id])
            for question in page.fields
            if answers.get(question.id) is not None
        }  # fmt: skip
        address = f"{home}/form/{page.id}"
        answer = browser.post(address, own, address)
        assert answer.status_code == 303, unescape(answer.text)
    _show_ground(browser, home, service, place, title)
    for piece in found.pieces:
        if piece.required:
            sent = {"piece": piece.id, "file": (io.BytesIO(walking.PDF), f"{piece.id}.pdf")}
            assert browser.post(f"{home}/pieces", sent, f"{home}/pieces").status_code == 303
    page = browser.get(f"{home}/answers")
    if f"{home}/order" in page:
        browser.post(f"{home}/order", {}, f"{home}/answers")
    dossier = session.scalars(select(Dossier).where(Dossier.number == number)).one()
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)
    lodged = browser.post(f"{home}/answers", {}, f"{home}/answers")
    assert lodged.status_code == 303, unescape(lodged.text)
    assert number in browser.get(f"{home}/receipt")
    assert walking.state(session, dossier) is State.LODGED
    assert found.title["fr"] in unescape(browser.get(home))
    followed = browser.get(f"/follow?number={number}&code={dossier.follow_up_code}")
    assert number in followed
    assert who.company.name not in followed


def _show_ground(
    browser: Browser, home: str, service: str, place: int, title: str | None
) -> None:
    """Paste corners, or type a position, where the service needs ground."""
    ground = walking.ground_for(service, place, title)
    if ground is None or f"{home}/perimeter" not in browser.get(home):
        return
    address = f"{home}/perimeter"
    if ground["geometry"]["type"] == "Point":
        form = {"position": "6,2 1,2"}
    else:
        ring = ground["geometry"]["coordinates"][0][:-1]
        lines = [f"{name}\t{x:.6f} E\t{y:.6f} N" for name, (x, y) in zip("ABCD", ring, strict=True)]
        form = {"corners": "\n".join(lines), "crs": "EPSG:4326"}
    answer = browser.post(address, form, address)
    assert answer.status_code == 303, unescape(answer.text)
    browser.get(address)
