"""Set up a second factor; without it nobody decides, whatever page or route they try."""

from __future__ import annotations

import re

import pytest

from api.permissions import OPEN, SAFE, access_of
from cadastre.models import Account
from cadastre.rules.permissions import Role
from cadastre.services.demonstration.accounts import public_secret
from tests.web.people.asking import Browser, code_of, make_person, words


def letters_of(answer) -> str:
    return re.search(r"<code>([A-Z2-7-]{20,})</code>", answer.text).group(1)


def test_a_person_sets_up_an_authenticator_and_keeps_recovery_codes(browser: Browser) -> None:
    account = make_person(browser.session)
    browser.sign_in(account)
    page = browser.get("/account/authenticator")
    assert "data:image/svg+xml" in page.text
    wrong = browser.post("/account/authenticator", code="000000")
    assert wrong.status_code == 403
    assert letters_of(wrong) == letters_of(page)  # nothing to scan again
    done = browser.post("/account/authenticator", code=code_of(letters_of(page)))
    codes = re.findall(r"<code>(\w{4}-\w{4}-\w{4}-\w{4})</code>", done.text)
    assert len(set(codes)) == 10
    assert letters_of(page).replace("-", "") not in account.totp_secret  # encrypted at rest
    browser.post("/logout")
    browser.sign_in(account)
    assert browser.post("/login/second-factor", code=codes[3]).status_code == 303


def test_one_factor_does_not_replace_the_other(browser: Browser) -> None:
    """Somebody at an open desk must not make the second factor their own."""
    account = make_person(browser.session)
    browser.sign_in(account)
    browser.give_authenticator(account)
    page = browser.get("/account/authenticator")
    stolen = browser.post("/account/authenticator", code=code_of(letters_of(page)))
    assert stolen.location.startswith("/login/second-factor")
    assert browser.ask("/account/passkeys/options", {}).status_code == 403


def test_a_deciding_role_keeps_at_least_one(browser: Browser) -> None:
    decider = make_person(browser.session, roles=["decider"])
    browser.give_authenticator(decider)
    browser.sign_in_with_two(decider)
    answer = browser.post("/account/authenticator/removal")
    assert answer.status_code == 403
    assert "ajoutez-en un autre" in words(answer)
    assert decider.totp_secret is not None


def test_a_decider_without_one_is_led_to_set_it_up(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session, roles=["decider"]))
    answer = browser.post("/desk/cases/CH-2026-000001/confirm")
    assert answer.location.startswith("/login/second-factor")
    assert browser.get(answer.location).location == "/account/authenticator"


def changing_routes(browser: Browser) -> list[tuple[str, str]]:
    """List every route that changes something and is not for anybody or one's own account."""
    app = browser.client.application
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        own = getattr(view, "__cadastre_second_factor__", None) is False
        if access_of(view) in OPEN[1:] or own:
            continue
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<(?:path:|string:)?\w+>", "x", rule.rule))
        found += [(method, path) for method in rule.methods - SAFE]
    return sorted(found)


def test_deciding_roles_change_nothing_with_one_factor_on_any_route(browser: Browser) -> None:
    decider = make_person(browser.session, roles=list(Role))
    browser.sign_in(decider)
    token, let_through = browser.token(), []
    for method, path in changing_routes(browser):
        answer = browser.client.open(
            path, method=method, json={}, headers={"X-CSRFToken": token, "Idempotency-Key": "k"}
        )
        asks = "second-factor" in (answer.location or "") or (
            answer.is_json and answer.get_json().get("code") == "permissions.second-factor"
        )
        if not asks:
            let_through.append((method, path, answer.status_code))
    assert let_through == []


def test_with_two_factors_the_same_routes_are_judged_by_what_they_are_about(
    browser: Browser,
) -> None:
    """The control of the test before: it is the factor that was missing, and nothing else."""
    decider = make_person(browser.session, roles=["decider", "agent"])
    browser.give_authenticator(decider)
    browser.sign_in_with_two(decider)
    answer = browser.ask("/api/acts/1/confirmation", {})
    assert answer.get_json()["code"] != "permissions.second-factor"


@pytest.fixture
def shown(browser: Browser) -> Account:
    """Open the demonstration's decision maker."""
    account = make_person(browser.session, "decideur", roles=["decider"], is_demonstration=True)
    account.totp_secret = public_secret("MNQWIYLTORZGKLLEMVWW63TTORZGC5DJ")
    browser.session.flush()
    return account


def test_the_demonstrations_decider_comes_in_and_is_shown_the_code_before_deciding(
    browser: Browser, another: Browser, shown: Account
) -> None:
    for one in (browser, another):  # shared by everybody who looks: one code serves them all
        assert one.sign_in(shown, next="/desk/cases").location == "/desk/cases"
        page = one.get("/login/second-factor?next=/desk/cases")
        code = re.search(r'id="shown-code">(\d{6})<', page.text).group(1)
        done = one.post("/login/second-factor", code=code, next="/desk/cases")
        assert (done.status_code, done.location) == (303, "/desk/cases")


def test_nobody_elses_code_is_shown_and_the_shared_account_stays_as_it_is(
    browser: Browser, shown: Account
) -> None:
    own = make_person(browser.session, roles=["decider"])
    browser.give_authenticator(own)
    browser.sign_in(own)
    assert "shown-code" not in browser.get("/login/second-factor").text
    browser.post("/logout")
    browser.sign_in(shown)
    browser.post("/login/second-factor", code=browser.code(shown))
    for path in ("/account/authenticator", "/account/authenticator/removal",
                 "/account/recovery-codes", "/account/password"):  # fmt: skip
        answer = browser.post(path, code="000000", present="x", password="y")
        assert answer.status_code == 403, path
    assert shown.totp_secret is not None
