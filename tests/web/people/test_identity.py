"""Sign in with a national identity: tied by its subject, signed for us, fresh, never by address."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey

from cadastre.models import Account, Identity
from tests.web.people.asking import Browser, make_person, words
from tests.web.people.provider import CLIENT, SECRET, Provider, served


@pytest.fixture
def provider(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Serve a provider, and tell the site of it."""
    state = browser.client.application.extensions["cadastre"]
    with served(Provider()) as one:
        told = dataclasses.replace(
            state.settings, oidc_issuer=one.address, oidc_client_id=CLIENT,
            oidc_client_secret=SECRET, oidc_name="e-ID",
        )  # fmt: skip
        object.__setattr__(state, "settings", told)
        yield one
        plain = dataclasses.replace(told, oidc_issuer=None)
        object.__setattr__(state, "settings", plain)


def leave(browser: Browser, **fields) -> str:
    """Go to the provider; give the path it sends back to."""
    away = browser.post("/login/identity", **fields)
    assert away.status_code == 200, words(away)  # a form that ends elsewhere is blocked by our CSP
    address = away.headers["Refresh"].removeprefix("0; url=")
    assert f'href="{html.escape(address)}"' in away.text
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def tie(browser: Browser, account: Account) -> None:
    browser.sign_in(account)
    done = browser.get(leave(browser))
    assert done.location == "/account?done=tied"
    browser.post("/logout")


def test_a_tied_identity_opens_its_account(browser: Browser, provider: Provider) -> None:
    account = make_person(browser.session)
    tie(browser, account)
    assert not browser.is_signed_in()
    done = browser.get(leave(browser, next="/account"))
    assert done.location == "/account"
    assert browser.client.get("/api/me").get_json()["name"] == account.display_name
    kept = browser.session.query(Identity).one()
    assert (kept.issuer, kept.subject) == (provider.address, "TG-0001")
    assert provider.refused == []


def test_an_address_the_provider_tells_opens_nothing(
    browser: Browser, provider: Provider
) -> None:
    make_person(browser.session, "victim")
    provider.claims["email_verified"] = True
    refused = browser.get(leave(browser))
    assert refused.status_code == 403
    assert "Aucun compte n'est lié" in words(refused)
    assert not browser.is_signed_in()


def test_a_second_factor_is_still_asked_for(browser: Browser, provider: Provider) -> None:
    account = make_person(browser.session)
    tie(browser, account)
    browser.give_authenticator(account)
    done = browser.get(leave(browser))
    assert done.location.startswith("/login/second-factor")
    assert not browser.is_signed_in()


def test_one_identity_is_one_account(browser: Browser, provider: Provider) -> None:
    tie(browser, make_person(browser.session))
    browser.sign_in(make_person(browser.session, "efua"))
    answer = browser.get(leave(browser))
    assert answer.status_code == 403
    assert "autre compte" in words(answer)


LIES = {
    "signed by somebody else": lambda one: setattr(
        one, "signs_with", RSAKey.generate_key(2048)),
    "for another client": lambda one: one.claims.update(aud="somebody-else"),
    "by another issuer": lambda one: one.claims.update(iss="https://evil.test"),
    "an answer to another question": lambda one: one.claims.update(nonce="another"),
    "over": lambda one: one.claims.update(exp=1),
    "without a subject": lambda one: one.claims.update(sub=None),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_right_opens_nothing(
    browser: Browser, provider: Provider, lie: str
) -> None:
    tie(browser, make_person(browser.session))
    LIES[lie](provider)
    assert browser.get(leave(browser)).status_code == 403
    assert not browser.is_signed_in()


def test_an_answer_serves_the_browser_that_asked_once(
    browser: Browser, another: Browser, provider: Provider
) -> None:
    tie(browser, make_person(browser.session))
    back = leave(browser)
    assert another.get(back).status_code == 403  # planted in somebody else's browser
    assert browser.get(back.replace("state=", "state=x")).status_code == 403
    again = leave(browser)
    assert browser.get(again).status_code == 302
    browser.post("/logout")
    assert browser.get(again).status_code == 403


def test_a_provider_that_does_not_answer_is_said_so(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", silent)
    answer = browser.post("/login/identity")
    assert answer.status_code == 503
    assert "ne répond pas" in words(answer)


def test_where_none_is_configured_there_is_no_door(browser: Browser) -> None:
    assert browser.post("/login/identity").status_code == 404
    assert browser.get("/login/identity/return?code=x&state=y").status_code == 404
    assert "identity" not in browser.get("/login").text
