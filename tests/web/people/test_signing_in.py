"""Signing in: two factors, guesses slowed, sessions that end, nothing fixed beforehand."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import delete, select

from api.engine import Visitor
from cadastre.models import Account, RecoveryCode, SignInFailure
from cadastre.services.second_factor import make_recovery_codes
from cadastre.services.throttle import MOST_FAILURES
from tests.web.people.asking import PASSWORD, Browser, make_person, words


@pytest.fixture
def decider(browser: Browser) -> Account:
    account = make_person(browser.session, "koffi", roles=["decider"])
    browser.give_authenticator(account)
    return account


def test_a_password_alone_opens_nothing_where_a_second_factor_is_set_up(
    browser: Browser, decider: Account
) -> None:
    answer = browser.sign_in(decider, next="/account")
    assert answer.location == "/login/second-factor?next=/account"
    assert not browser.is_signed_in()
    assert browser.get("/account").status_code == 302
    done = browser.post("/login/second-factor", code=browser.code(decider), next="/account")
    assert (done.status_code, done.location) == (303, "/account")
    assert browser.is_signed_in()


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "0" * 500, "²²²²²²"])
def test_a_wrong_code_is_refused_on_the_form(
    browser: Browser, decider: Account, code: str
) -> None:
    browser.sign_in(decider)
    answer = browser.post("/login/second-factor", code=code)
    assert answer.status_code == 403
    assert "Ce code n'est pas le bon" in words(answer)
    assert not browser.is_signed_in()


def test_a_code_of_an_authenticator_serves_once(
    browser: Browser, another: Browser, decider: Account
) -> None:
    code = browser.code(decider)
    browser.sign_in(decider)
    assert browser.post("/login/second-factor", code=code).status_code == 303
    another.sign_in(decider)
    assert another.post("/login/second-factor", code=code).status_code == 403
    later = another.code(decider, ahead_s=30)  # the control: the next one serves
    assert another.post("/login/second-factor", code=later).status_code == 303


def test_a_recovery_code_serves_once_and_is_kept_unreadable(
    browser: Browser, another: Browser, decider: Account
) -> None:
    code, *_ = make_recovery_codes(browser.session, decider)
    kept = browser.session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(kept) == 10
    assert not any(code.replace("-", "") in one for one in kept)
    browser.sign_in(decider)
    assert browser.post("/login/second-factor", code=code.lower()).status_code == 303
    another.sign_in(decider)
    assert another.post("/login/second-factor", code=code).status_code == 403
    assert not another.is_signed_in()


def test_somebody_elses_recovery_code_opens_nothing(browser: Browser, decider: Account) -> None:
    other = make_person(browser.session, "efua")
    code, *_ = make_recovery_codes(browser.session, other)
    browser.sign_in(decider)
    assert browser.post("/login/second-factor", code=code).status_code == 403


def test_who_owes_a_second_factor_must_give_it_soon(browser: Browser, decider: Account) -> None:
    browser.sign_in(decider)
    with browser.client.session_transaction() as session:
        session["pending"][2] -= 700
        session.modified = True
    answer = browser.post("/login/second-factor", code=browser.code(decider))
    assert answer.location.startswith("/login?")
    assert not browser.is_signed_in()


def fail(browser: Browser, account_or_name, times: int):
    email = getattr(account_or_name, "email", account_or_name)
    return [
        browser.post("/login", email=email, password="faux mot de passe").status_code
        for _ in range(times)
    ]


def test_ten_failures_slow_the_account_and_not_the_office(
    browser: Browser, another: Browser
) -> None:
    victim, colleague = make_person(browser.session), make_person(browser.session, "kodjo")
    assert fail(browser, victim, MOST_FAILURES) == [401] * MOST_FAILURES
    refused = browser.sign_in(victim)  # the right password, too soon
    assert refused.status_code == 429
    assert "Attendez" in words(refused)
    assert another.sign_in(colleague).status_code == 303  # same address of the network
    let_pass(browser, dt.timedelta(seconds=61))
    assert browser.sign_in(victim).status_code == 303  # slowed, not closed


def let_pass(browser: Browser, time_: dt.timedelta) -> None:
    """Make the failures older; the application itself may not change them."""
    kept = [(row.name_hash, row.recorded_at) for row in browser.session.query(SignInFailure)]
    browser.session.execute(delete(SignInFailure))
    browser.session.add_all(
        SignInFailure(name_hash=name, recorded_at=at - time_) for name, at in kept
    )
    browser.session.flush()


def test_names_nobody_bears_are_slowed_alike(browser: Browser) -> None:
    codes = fail(browser, "personne@exemple.test", MOST_FAILURES + 1)
    known = fail(browser, make_person(browser.session), MOST_FAILURES + 1)
    assert codes == known == [401] * MOST_FAILURES + [429]


def test_a_stranger_does_not_slow_the_owner_on_their_own_device(
    browser: Browser, another: Browser
) -> None:
    owner = make_person(browser.session)
    browser.sign_in(owner)
    browser.post("/logout")
    fail(another, owner, MOST_FAILURES)
    assert another.sign_in(owner).status_code == 429
    assert browser.sign_in(owner).status_code == 303


def test_codes_are_slowed_too(browser: Browser, decider: Account) -> None:
    browser.sign_in(decider)
    for _ in range(MOST_FAILURES):
        browser.post("/login/second-factor", code="000000")
    assert browser.post("/login/second-factor", code=browser.code(decider)).status_code == 429


def test_a_session_given_beforehand_is_not_the_one_that_is_opened(
    browser: Browser, another: Browser
) -> None:
    account = make_person(browser.session)
    planted = browser.token()
    cookie = browser.client.get_cookie("cadastre_session").value
    browser.sign_in(account)
    assert browser.client.get_cookie("cadastre_session").value != cookie
    another.client.set_cookie("cadastre_session", cookie)
    assert not another.is_signed_in()
    stale = browser.client.post("/logout", data={"csrf_token": planted})
    assert stale.status_code == 403  # the token of before opens nothing after


def test_a_session_ends_after_half_a_day(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session))
    assert browser.is_signed_in()
    with browser.client.session_transaction() as session:
        session["fs_paa"] = time.time() - 13 * 3600
    assert not browser.is_signed_in()


def test_signing_out_everywhere_ends_every_session(browser: Browser, another: Browser) -> None:
    account = make_person(browser.session)
    browser.sign_in(account)
    another.sign_in(account)
    browser.post("/account/sessions/end")
    assert not browser.is_signed_in()
    assert not another.is_signed_in()


def test_a_closed_account_is_out_at_once(browser: Browser) -> None:
    account = make_person(browser.session)
    browser.sign_in(account)
    account.is_active = False
    browser.session.flush()
    assert not browser.is_signed_in()


@pytest.mark.parametrize(
    "path",
    ["/login", "/login/second-factor", "/logout", "/account/register", "/account/forgotten",
     "/account/password", "/account/keys", "/account/people/companies", "/account/authenticator",
     "/account/sessions/end", "/account/recovery-codes", "/account/again", "/login/identity"],
)  # fmt: skip
def test_a_form_without_our_token_changes_nothing(browser: Browser, path: str) -> None:
    browser.sign_in(make_person(browser.session))
    assert browser.client.post(path, data={"email": "a@b.test"}).status_code == 403


def test_flask_securitys_own_doors_stay_shut(browser: Browser) -> None:
    account = make_person(browser.session)
    with browser.client.application.app_context():
        token = Visitor(account).get_auth_token()
    for headers in ({"Authentication-Token": token}, {}):
        answer = browser.client.get(f"/api/me?auth_token={token}", headers=headers)
        assert answer.get_json()["signed_in"] is False
    assert browser.get("/verify-email").status_code == 404


def test_important_changes_ask_again_after_half_an_hour(browser: Browser) -> None:
    account = make_person(browser.session)
    browser.sign_in(account)
    assert browser.get("/account/authenticator").status_code == 200
    with browser.client.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
        session.pop("fs_gexp", None)
    asked = browser.get("/account/authenticator")
    assert asked.location == "/account/again?next=/account/authenticator"
    wrong = browser.post(asked.location, password="autre")
    assert wrong.status_code == 401
    back = browser.post(asked.location, password=PASSWORD)
    assert back.location == "/account/authenticator"
    assert browser.get("/account/authenticator").status_code == 200
