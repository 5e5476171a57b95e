"""Services are filed by plain forms alone, as a browser without script does.

One of each make (procedure, ground, outcome), since their pages are made from the same data;
``CADASTRE_EVERY_FORM=1`` files all of them.
"""

from __future__ import annotations

import datetime as dt
import io
import os
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
from cadastre.services.dossiers.documents import judge
from tests.services.dossiers import walking


def services() -> list[str]:
    """List the services to file: the first of each make, or every one."""
    makes: dict[object, str] = {}
    for service in sorted(walking.CATALOGUE, key=lambda one: one.id):
        every = service.id if os.environ.get("CADASTRE_EVERY_FORM") else ""
        make = (service.procedure, service.perimeter, service.outcome.type, every)
        makes.setdefault(make, service.id)
    return sorted(makes.values())


SERVICES = services()
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


def test_a_completion_is_asked_for_sent_and_the_request_withdrawn(
    client: FlaskClient, session: Session, who: walking.People
) -> None:
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 1, None))
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    agent = who.actor(session, who.agent)
    piece = dossier.documents[0]
    judge(session, dossier, agent, piece.id, "to-replace", "La page 2 manque.")
    walking.step(session, dossier, "request-completion", agent, "Joignez le plan entier.")
    browser, home = Browser(client, who.applicant), f"/dossiers/{dossier.number}"
    page = unescape(browser.get(home))
    assert "Joignez le plan entier." in page
    assert "La page 2 manque." in page
    assert f"{home}/pieces#piece-{piece.piece}" in page
    early = browser.post(f"{home}/completion", {}, f"{home}/answers")
    assert early.status_code == 409
    assert walking.state(session, dossier) is State.COMPLETING
    sent = {"piece": piece.piece, "file": (io.BytesIO(walking.PDF), "plan.pdf")}
    assert browser.post(f"{home}/pieces", sent, f"{home}/pieces").status_code == 303
    session.expire(dossier, ["documents"])
    assert browser.post(f"{home}/completion", {}, f"{home}/answers").status_code == 303
    assert walking.state(session, dossier) is State.LODGED
    key = {"text": "Le plan est joint.", "file": (io.BytesIO(walking.PDF), "note.pdf")}
    assert browser.post(f"{home}/messages", key, home).status_code == 303
    shown = unescape(browser.get(home))
    assert "Le plan est joint." in shown
    assert "note.pdf" in shown
    empty = browser.post(f"{home}/messages", {"text": " "}, home)
    assert (empty.status_code, "Le message est vide" in empty.text) == (422, True)
    assert browser.post(f"{home}/withdrawal", {"reason": "Changé d'avis"}, home).status_code == 303
    assert walking.state(session, dossier) is State.WITHDRAWN
    browser.get(home)


def test_nobody_writes_over_what_somebody_else_answered_meanwhile(
    client: FlaskClient, session: Session, who: walking.People
) -> None:
    dossier = walking.opened(session, "raccordement-basse-tension", who)
    browser = Browser(client, who.applicant)
    page = f"/dossiers/{dossier.number}/form/branchement"
    old = WAS.search(browser.get(page))[1]  # type: ignore[index]
    first = {"a-usage": "atelier", "a-compteur": "facture", "a-phases": "triphase"}
    assert browser.post(page, first, page).status_code == 303
    late = browser.post(page, {**first, "a-usage": "commerce", "was": old}, page)
    assert late.status_code == 409
    assert "entre-temps" in unescape(late.text)
    assert 'value="commerce" checked' in late.text
    assert browser.post(page, {**first, "was": old}, page).status_code == 303
    session.refresh(dossier)
    assert dossier.form["usage"] == "atelier"


def test_a_number_typed_in_either_language_is_the_same_number(
    client: FlaskClient, session: Session, who: walking.People
) -> None:
    dossier = walking.opened(session, "raccordement-basse-tension", who)
    browser = Browser(client, who.applicant)
    page = f"/dossiers/{dossier.number}/form/branchement"
    whole = {"a-usage": "atelier", "a-compteur": "facture", "a-phases": "triphase"}
    for language, typed, shown in (("fr", "6,6", "6.6"), ("en", "1,500.5", "1\u202f500,5")):
        other = "en" if language == "fr" else "fr"
        address = f"{page}?lang={language}"
        browser.post(address, {**whole, "a-puissance-kva": typed}, address)
        assert f'value="{shown}"' in browser.get(f"{page}?lang={other}")


def test_how_often_one_is_told_is_ones_own_choice(
    client: FlaskClient, session: Session, who: walking.People
) -> None:
    browser = Browser(client, who.applicant)
    kept = browser.post("/account/notices", {"notices": "daily"}, "/account")
    assert kept.status_code == 303
    session.refresh(who.applicant)
    assert who.applicant.notices == "daily"
    assert browser.post("/account/notices", {"notices": "x"}, "/account").status_code == 422
