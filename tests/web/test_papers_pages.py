"""Prove who revokes a paper, how often they are asked, and what anybody reads afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from cadastre.models import Account, Certificate
from tests.services.certificates.conftest import (  # noqa: F401
    certified,
    identity,
    office,
    seal,
    title,
    togo,
)
from tests.web.people.asking import Browser, make_person, words
from tests.web.people.conftest import app, browser  # noqa: F401

REASON = "Délivré sur un périmètre lu à l'envers"


@pytest.fixture
def app_session(session: Session) -> Session:
    """Let requests see what is sealed here, which the application's own role may not write."""
    return session


@pytest.fixture
def paper(certified, seal) -> Certificate:  # noqa: F811
    made = certified()
    seal()
    return made


@pytest.fixture
def decider(browser: Browser) -> Account:  # noqa: F811
    account = make_person(browser.session, "decideur", roles=["decider"])
    browser.give_authenticator(account)
    return account


def test_a_decision_maker_gives_a_second_factor_a_reason_and_a_second_click(
    browser: Browser, paper: Certificate, decider: Account  # noqa: F811
) -> None:
    path = f"/certificates/{paper.code}/end"
    browser.sign_in(make_person(browser.session, "bis", roles=["decider"]))
    assert browser.get(path).location.startswith("/login/second-factor")
    assert browser.post(path, end="revoked", reason=REASON, answer="confirm").status_code == 303
    browser.post("/logout")
    browser.sign_in_with_two(decider)
    assert "papier ne vaut plus" in words(browser.post(path, end="revoked", reason="erreur"))
    assert browser.post(path, reason=REASON).status_code == 422
    asked = browser.post(path, end="revoked", reason=REASON)
    assert "Relisez avant de confirmer" in words(asked)
    assert paper.state == "valid"
    back = browser.post(path, end="revoked", reason=REASON, answer="change")
    assert REASON.replace("'", "&#39;") in back.text
    done = browser.post(path, end="revoked", reason=REASON, answer="confirm")
    assert (done.status_code, paper.state) == (303, "revoked")
    told = words(browser.get(done.location))
    assert f"Motif : {REASON}" in told
    assert "Le cadastre l'a révoqué le " in told
    entry = [one for one in browser.journal() if one.action == "certificate.revoke"][-1]
    assert (entry.account_id, entry.reason) == (decider.id, REASON)
    again = browser.post(path, end="revoked", reason=REASON, answer="confirm")
    assert again.status_code == 409
    assert "a déjà pris fin" in words(again)


def test_a_paper_that_was_replaced_says_so_and_may_still_be_revoked(
    browser: Browser, paper: Certificate, decider: Account  # noqa: F811
) -> None:
    path = f"/certificates/{paper.code}/end"
    browser.sign_in_with_two(decider)
    browser.post(path, end="superseded", reason="Réimprimé avec le bon logo", answer="confirm")
    told = words(browser.get(f"/verify/{paper.code}?lang=en"))
    assert "no longer tells the present since" in told
    assert "Réimprimé avec le bon logo" in told
    body = {"reason": REASON, "end": "revoked"}
    assert browser.ask(f"/api/verify/{paper.code}/revocation", body).status_code == 204
    assert browser.get(f"/api/verify/{paper.code}").json["state"] == "revoked"


@pytest.mark.parametrize("role", ["applicant", "agent", "supervisor", "auditor", "administrator"])
def test_nobody_else_ends_a_paper(
    browser: Browser, paper: Certificate, role: str  # noqa: F811
) -> None:
    account = make_person(browser.session, "autre", roles=[role])
    browser.give_authenticator(account)
    browser.sign_in_with_two(account)
    path = f"/certificates/{paper.code}/end"
    assert browser.get(path).status_code == 403
    assert browser.post(path, end="revoked", reason=REASON, answer="confirm").status_code == 403
    assert paper.state == "valid"
    assert "Révoquer ou remplacer" not in browser.get(f"/verify/{paper.code}").text


def test_the_office_finds_papers_by_number_and_code_and_applicants_do_not(
    browser: Browser, paper: Certificate, decider: Account  # noqa: F811
) -> None:
    browser.sign_in_with_two(decider)
    for look in ("pr-2026", paper.code.lower()):
        found = browser.get(f"/certificates?q={look}")
        assert f"/verify/{paper.code}" in found.text, look
    assert "Aucun papier" in browser.get("/certificates?q=%25").text
    assert f"/certificates/{paper.code}/end" in browser.get(f"/verify/{paper.code}").text
    browser.post("/logout")
    browser.sign_in(make_person(browser.session, "demandeur"))
    assert browser.get("/certificates").status_code == 403
