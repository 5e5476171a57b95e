"""Open an account, confirm it by its letter, find a lost password; nothing tells who has one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from cadastre.models import Account, SignInFailure
from tests.web.people.asking import PASSWORD, Browser, make_person, words

ADA = "ada@exemple.test"
POLICY = "Content-Security-Policy"  # names a number used once


def account_of(browser: Browser, address: str) -> Account | None:
    return browser.session.scalar(select(Account).where(Account.email == address))


def register(browser: Browser, address: str = ADA):
    return browser.post("/account/register", email=address, display_name="Ada")


def test_a_person_registers_confirms_and_is_signed_in_as_an_applicant(browser: Browser) -> None:
    answer = register(browser)
    assert (answer.status_code, answer.location) == (303, "/account/letter")
    account = account_of(browser, ADA)
    assert (account.roles, account.confirmed_at, account.password_hash) == (
        ["applicant"], None, None,
    )  # fmt: skip
    link = browser.link(ADA)
    assert browser.get(link).status_code == 200
    assert account.confirmed_at is None  # opening a link changes nothing
    assert browser.post(link, password=PASSWORD).status_code == 303
    assert account.confirmed_at is not None
    assert browser.is_signed_in()
    assert {"account.open", "account.password", "account.confirm"} <= {
        entry.action for entry in browser.journal()
    }


def test_a_link_serves_once_and_not_when_altered(browser: Browser) -> None:
    register(browser)
    link = browser.link(ADA)
    assert browser.post(link[:-3] + "abc", password=PASSWORD).status_code == 403
    assert browser.post(link, password="trop court").status_code == 422
    assert browser.post(link, password=PASSWORD).status_code == 303
    again = browser.post(link, password="une autre phrase entière")
    assert again.status_code == 403
    assert "déjà servi" in words(again)


def test_nobody_prepares_an_account_under_a_strangers_address(browser: Browser) -> None:
    register(browser)
    unconfirmed = account_of(browser, ADA)
    for password in ("", PASSWORD):
        assert browser.sign_in(unconfirmed, password).status_code == 401


@pytest.mark.parametrize("page", ["/account/register", "/account/forgotten"])
def test_the_answer_is_the_same_whether_an_address_has_an_account(
    browser: Browser, page: str
) -> None:
    make_person(browser.session, "known")
    answers = [
        browser.post(page, email=f"{name}@exemple.test", display_name="X")
        for name in ("known", "stranger")
    ]
    assert [one.status_code for one in answers] == [303, 303]
    first, second = ({**one.headers, "Set-Cookie": "", POLICY: ""} for one in answers)
    assert first == second
    assert answers[0].data == answers[1].data


def test_who_has_an_account_is_told_by_letter_only(browser: Browser) -> None:
    known = make_person(browser.session, "known")
    register(browser, known.email)
    letter = browser.letters()[-1]
    assert letter["To"] == known.email
    assert "déjà un compte" in letter["Subject"]
    assert browser.session.query(Account).filter_by(email=known.email).count() == 1


def test_a_forgotten_password_is_replaced_and_every_session_ends(
    browser: Browser, another: Browser
) -> None:
    account = make_person(browser.session)
    another.sign_in(account)
    assert another.is_signed_in()
    browser.post("/account/forgotten", email=account.email)
    link = browser.link(account.email)
    assert browser.post(link, password="une toute nouvelle phrase").status_code == 303
    assert not another.is_signed_in()
    assert another.sign_in(account).status_code == 401
    assert another.sign_in(account, "une toute nouvelle phrase").status_code == 303
    assert "a changé" in browser.letters()[-1]["Subject"]


def test_a_reset_does_not_pass_the_second_factor_by(browser: Browser) -> None:
    account = make_person(browser.session)
    browser.give_authenticator(account)
    browser.post("/account/forgotten", email=account.email)
    answer = browser.post(browser.link(account.email), password="une toute nouvelle phrase")
    assert answer.location.startswith("/login/second-factor")
    assert not browser.is_signed_in()


def test_a_letter_says_that_there_is_news_and_nothing_else(browser: Browser) -> None:
    register(browser)
    letter = browser.letters()[-1]
    assert letter.get_content_type() == "text/plain"
    assert "Ada" not in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("address", ["ada", "ada@", "a b@c.test", "a@b", "a@b.test\nBcc: c@d.test"])
def test_what_is_no_address_is_refused_on_the_form(browser: Browser, address: str) -> None:
    answer = register(browser, address)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "douze|12"),
        ("aaaaaaaaaaaaaaaa", "devine"),
        ("ada@exemple.test", "devine"),
        ("x" * 201, "200"),
    ],
)
def test_easy_passwords_are_refused(browser: Browser, password: str, why: str) -> None:
    register(browser)
    answer = browser.post(browser.link(ADA), password=password)
    assert answer.status_code == 422
    assert re.search(why, words(answer))


def test_failures_keep_no_address_that_can_be_read(browser: Browser) -> None:
    browser.post("/login", email="mon mot de passe tapé au mauvais endroit", password="x")
    kept = browser.session.scalar(select(SignInFailure.name_hash))
    assert re.fullmatch("[0-9a-f]{64}", kept)
