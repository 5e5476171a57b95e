"""Keys for programs: within one's own rights, for a while, for what they were made for."""

from __future__ import annotations

import re

import pytest

from cadastre.models import Account, ApiToken
from tests.web.people.asking import Browser, make_person, words

KEYS = "/account/keys"


def key_of(answer) -> str:
    return re.search(r"cad_[\w-]{20,}", answer.text).group(0)


def make(browser: Browser, **changes):
    return browser.post(KEYS, **({"name": "robot", "scopes": ["read"], "days": 30} | changes))


def call(browser: Browser, key: str, path: str, method: str = "POST"):
    browser.client.delete_cookie("cadastre_session")
    return browser.client.open(
        path, method=method, json={}, headers={"Authorization": f"Bearer {key}"}
    )


def test_a_key_is_shown_once_kept_unreadable_and_can_be_voided(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session))
    key = key_of(make(browser))
    assert key not in browser.get(KEYS).text
    kept = browser.session.query(ApiToken).one()
    assert key not in kept.token_hash
    assert kept.scopes == ["read"]
    assert browser.client.get("/api/me", headers={"Authorization": f"Bearer {key}"}).json[
        "signed_in"
    ]
    assert browser.post(f"{KEYS}/{kept.id}/revocation").status_code == 303
    assert call(browser, key, "/api/me", "GET").status_code == 401
    assert [one.action for one in browser.journal()][-2:] == ["token.make", "token.revoke"]


def test_somebody_elses_key_is_not_ones_own_to_void(browser: Browser, another: Browser) -> None:
    browser.sign_in(make_person(browser.session))
    key = key_of(make(browser))
    kept = browser.session.query(ApiToken).one()
    another.sign_in(make_person(browser.session, "efua"))
    another.post(f"{KEYS}/{kept.id}/revocation")
    assert call(browser, key, "/api/me", "GET").status_code == 200


@pytest.mark.parametrize(
    ("roles", "scope", "status"),
    [
        (["applicant"], "file", 200), (["applicant"], "examine", 403),
        (["agent"], "examine", 200), (["agent"], "decide", 403), (["analyst"], "file", 403),
        (["agent"], "everything", 403),
    ],
)  # fmt: skip
def test_a_key_is_made_within_ones_own_roles(
    browser: Browser, roles: list[str], scope: str, status: int
) -> None:
    browser.sign_in(make_person(browser.session, roles=roles))
    assert make(browser, scopes=[scope]).status_code == status


def test_a_key_that_decides_needs_two_factors_and_lasts_a_day(browser: Browser) -> None:
    decider = make_person(browser.session, roles=["decider"])
    browser.sign_in(decider)
    assert make(browser, scopes=["decide"], days=1).location.startswith("/login/second-factor")
    browser.post("/logout")
    browser.give_authenticator(decider)
    browser.sign_in_with_two(decider)
    assert make(browser, scopes=["decide"], days=7).status_code == 422
    key = key_of(make(browser, scopes=["decide"], days=1))
    confirm = "/api/acts/1/confirmation"
    assert call(browser, key, confirm).json["code"] != "permissions.second-factor"
    weaker = key_of(_again(browser, decider, scopes=["read"]))
    assert call(browser, weaker, confirm).status_code == 403


def _again(browser: Browser, account: Account, **changes):
    browser.client.delete_cookie("cadastre_session")
    browser.sign_in(account)
    browser.post("/login/second-factor", code=browser.code(account, ahead_s=30))
    return make(browser, **changes)


def test_a_key_to_read_changes_nothing(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session))
    reading, filing = key_of(make(browser)), key_of(make(browser, scopes=["file"]))
    refused = call(browser, reading, "/api/drafts/x", "PUT")
    assert (refused.status_code, refused.json["code"]) == (403, "permissions.key-too-narrow")
    assert call(browser, reading, "/api/drafts/x", "GET").status_code == 404
    allowed = call(browser, filing, "/api/drafts/x", "PUT")
    assert allowed.status_code in (200, 204, 422)


def test_a_key_never_reaches_the_pages_about_people(browser: Browser) -> None:
    browser.sign_in(make_person(browser.session))
    key = key_of(make(browser, scopes=["file"]))
    for path in (KEYS, "/account/people/companies", "/account/password"):
        assert call(browser, key, path).status_code == 403
        assert call(browser, key, "/account", "GET").status_code == 403
    assert browser.session.query(ApiToken).count() == 1


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "x" * 61}, {"scopes": []}, {"days": 0}, {"days": 367},
                {"days": "un an"}],
)  # fmt: skip
def test_a_key_without_name_scope_or_term_is_refused(browser: Browser, changes: dict) -> None:
    browser.sign_in(make_person(browser.session))
    answer = make(browser, **changes)
    assert answer.status_code == 422, words(answer)
    assert browser.session.query(ApiToken).count() == 0
