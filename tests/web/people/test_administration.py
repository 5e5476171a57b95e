"""Administrators give rights to others, with two factors and a reason, never to themselves."""

from __future__ import annotations

import re

import pytest

from cadastre.models import Account
from tests.web.people.asking import PASSWORD, Browser, make_person, words

PAGE = "/account/administration"


@pytest.fixture
def administrator(browser: Browser) -> Account:
    account = make_person(browser.session, "admin", roles=["administrator"])
    browser.give_authenticator(account)
    browser.sign_in_with_two(account)
    return account


def rights(**changes):
    return {"act": "change", "roles": ["agent"], "reason": "note de service 12"} | changes


def test_an_account_is_opened_for_somebody_who_chooses_the_password(
    browser: Browser, another: Browser, administrator: Account
) -> None:
    answer = browser.post(
        PAGE, email="neuf@exemple.test", display_name="Neuf", roles=["agent", "applicant"]
    )
    assert answer.status_code == 303
    link = another.link("neuf@exemple.test")
    assert another.post(link, password=PASSWORD).status_code == 303
    opened = browser.session.query(Account).filter_by(email="neuf@exemple.test").one()
    assert opened.roles == ["agent", "applicant"]
    assert another.is_signed_in()


def test_rights_change_with_a_reason_are_journalled_and_end_the_sessions(
    browser: Browser, another: Browser, administrator: Account
) -> None:
    person = make_person(browser.session)
    another.sign_in(person)
    path = f"{PAGE}/{person.id}"
    assert browser.post(path, **rights(reason="")).status_code == 422
    assert person.roles == ["applicant"]
    assert browser.post(path, **rights(subjects=["mines"])).status_code == 303
    assert (person.roles, person.subjects) == (["agent"], ["mines"])
    entry = [one for one in browser.journal() if one.action == "account.rights"][-1]
    assert (entry.account_id, entry.subject_id) == (administrator.id, str(person.id))
    assert entry.reason == "note de service 12"
    assert entry.facts["before"]["roles"] == ["applicant"]
    assert entry.facts["after"]["roles"] == ["agent"]
    assert not another.is_signed_in()


@pytest.mark.parametrize(
    "changes",
    [{"roles": ["king"]}, {"areas": ["NOWHERE"]}, {"roles": ["adviser"]}],
)
def test_what_does_not_exist_is_refused(
    browser: Browser, administrator: Account, changes: dict
) -> None:
    person = make_person(browser.session)
    assert browser.post(f"{PAGE}/{person.id}", **rights(**changes)).status_code == 422
    assert person.roles == ["applicant"]


def test_nobody_gives_rights_to_themselves(browser: Browser, administrator: Account) -> None:
    path = f"{PAGE}/{administrator.id}"
    answer = browser.post(path, **rights(roles=["administrator", "decider"]))
    assert answer.status_code == 403
    assert administrator.roles == ["administrator"]


def test_a_closed_account_loses_sessions_and_keys_and_can_be_reopened(
    browser: Browser, another: Browser, administrator: Account
) -> None:
    person = make_person(browser.session)
    another.sign_in(person)
    made = another.post("/account/keys", name="robot", scopes=["read"], days=7)
    key = re.search(r"cad_[\w-]+", made.text).group(0)
    path = f"{PAGE}/{person.id}"
    assert browser.post(path, **rights(act="close")).status_code == 303
    assert not another.is_signed_in()
    headers = {"Authorization": f"Bearer {key}"}
    assert another.client.get("/api/me", headers=headers).status_code == 401
    assert another.sign_in(person).status_code == 401
    assert browser.post(path, **rights(act="reopen")).status_code == 303
    assert another.sign_in(person).status_code == 303
    assert another.client.get("/api/me", headers=headers).status_code == 401


def test_the_last_administrator_stays(browser: Browser, administrator: Account) -> None:
    other = make_person(browser.session, "adjoint", roles=["administrator"])
    path = f"{PAGE}/{other.id}"
    assert browser.post(path, **rights()).status_code == 303
    administrator.is_active = True
    assert browser.session.query(Account).filter_by(id=other.id).one().roles == ["agent"]


@pytest.mark.parametrize(
    "role", ["applicant", "clerk", "agent", "adviser", "decider", "supervisor", "analyst",
             "auditor"],
)  # fmt: skip
def test_no_other_role_administers(browser: Browser, role: str) -> None:
    person = make_person(browser.session, roles=[role])
    browser.give_authenticator(person)
    browser.sign_in_with_two(person)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}/{person.id}", **rights()).status_code == 403
    assert "Comptes et droits" not in words(browser.get("/account"))


def test_an_administrator_with_one_factor_sees_no_account(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session, roles=["administrator"]))
    assert browser.get(PAGE).location.startswith("/login/second-factor")
    assert browser.post(PAGE, email="a@b.test").location.startswith("/login/second-factor")


def test_a_name_cannot_search_beyond_itself(browser: Browser, administrator: Account) -> None:
    make_person(browser.session, "efua")
    assert "efua@exemple.test" in words(browser.get(f"{PAGE}?q=efua"))
    assert "efua@exemple.test" not in words(browser.get(f"{PAGE}?q=%25"))




def test_a_lost_second_factor_is_cleared_by_an_administrator_with_a_reason(
    browser: Browser, another: Browser, administrator: Account
) -> None:
    decider = make_person(browser.session, "koffi", roles=["decider"])
    browser.give_authenticator(decider)
    another.sign_in_with_two(decider)
    path = f"{PAGE}/{decider.id}"
    assert browser.post(path, **rights(act="reset-factor", reason="")).status_code == 422
    assert browser.post(path, **rights(act="reset-factor")).status_code == 303
    assert not another.is_signed_in()
    another.sign_in(decider)
    assert another.is_signed_in()  # with one factor: reads, and decides nothing
    assert another.get("/login/second-factor").location == "/account/authenticator"
    entry = [one for one in browser.journal() if one.action == "second-factor.reset"][-1]
    assert (entry.account_id, entry.reason) == (administrator.id, "note de service 12")
