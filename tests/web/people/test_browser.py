"""The pages about people in a real browser: passkeys, no script, narrow screens, axe, weight."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.databases import TestServer
from tests.web.people.asking import PASSWORD
from tests.web.people.site import served
from tests.web.second_factor import give_second_factor
from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser
HEAVIEST = 40 * 1024
SHOTS = os.environ.get("CADASTRE_SHOTS")


@pytest.fixture(scope="module")
def people(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve the people's site."""
    with served(cluster, worker_id, tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture
def visitor(people: str, chromium: Browser) -> Iterator[Visitor]:
    """Open pages; anything foreign, forbidden or broken in them fails the test."""
    visitor = Visitor(people, chromium)
    yield visitor
    visitor.leave()
    refusals = ("status of 403", "status of 422", "status of 401")
    assert [one for one in visitor.complaints if not one.endswith(refusals)
            and not any(each in one for each in refusals)] == []  # fmt: skip


def enter(visitor: Visitor, who: str, path: str, **options) -> Page:
    page = visitor.visit(f"/login?next={path}", **options)
    page.fill("#email", f"{who}@exemple.test")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"**{path}")
    give_second_factor(page, visitor.url)
    return page


def look(page: Page, name: str) -> None:
    if SHOTS:
        width = page.viewport_size["width"]
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


def put_in_authenticator(page: Page) -> None:
    """Give the browser a device that holds passkeys and knows its owner."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True}},
    )  # fmt: skip


def test_a_passkey_is_made_opens_the_account_alone_and_is_forgotten(visitor: Visitor) -> None:
    page = enter(visitor, "sena", "/account")
    put_in_authenticator(page)
    page.fill("#passkey-name", "téléphone")
    page.get_by_role("button", name="Ajouter une clé d'accès").click()
    expect(page.get_by_text("téléphone", exact=True)).to_be_visible()
    look(page, "mine-with-passkey")
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    page.goto(f"{visitor.url}/login?next=/account")
    page.get_by_role("button", name="Utiliser une clé d'accès").click()
    page.wait_for_url("**/account")
    expect(page.locator("dl")).to_contain_text("sena@exemple.test")
    page.get_by_role("button", name="Retirer « téléphone »").click()
    expect(page.get_by_text("téléphone", exact=True)).to_have_count(0)


def test_a_password_is_not_enough_once_there_is_a_passkey(visitor: Visitor) -> None:
    page = enter(visitor, "efua", "/account")
    put_in_authenticator(page)
    page.fill("#passkey-name", "clé USB")
    page.get_by_role("button", name="Ajouter une clé d'accès").click()
    expect(page.get_by_text("clé USB", exact=True)).to_be_visible()
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    page.goto(f"{visitor.url}/login?next=/account")
    page.fill("#email", "efua@exemple.test")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/login/second-factor**")
    assert axe(page) == []
    look(page, "second-factor-passkey")
    page.get_by_role("button", name="Utiliser une clé d'accès").click()
    page.wait_for_url("**/account")
    page.get_by_role("button", name="Retirer « clé USB »").click()
    expect(page.get_by_text("clé USB", exact=True)).to_have_count(0)


def test_a_device_without_the_key_is_told_so(visitor: Visitor) -> None:
    page = visitor.visit("/login")
    put_in_authenticator(page)
    page.get_by_role("button", name="Utiliser une clé d'accès").click()
    expect(page.locator("#passkey [role=alert]")).to_contain_text("n'a pas répondu")
    assert axe(page) == []


PUBLIC = ("/login", "/account/register", "/account/letter", "/account/forgotten",
          "/account/password/new/x")  # fmt: skip
INSIDE = (
    ("sena", "/account"), ("sena", "/account/people"), ("ama", "/account/people"),
    ("sena", "/account/keys"), ("sena", "/account/authenticator"), ("sena", "/account/again"),
    ("agent", "/desk/mandates"), ("admin", "/account/administration"),
    ("admin", "/account/administration/3"), ("admin", "/login/second-factor"),
)  # fmt: skip


def check(visitor: Visitor, page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    look(page, name.strip("/").replace("/", "-"))
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name
    weight = sum(
        size for address, size in visitor.weights.items() if "/static/" in address
        or address.split("?")[0].endswith(page.url.split("?")[0].removeprefix(visitor.url))
    )  # fmt: skip
    assert weight <= HEAVIEST, (name, weight, visitor.weights)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_pages_for_anybody_are_sound(visitor: Visitor, size, language: str) -> None:
    for path in PUBLIC:
        page = visitor.visit(path, size=size, language=language)
        check(visitor, page, path + f"-{language}")
        visitor.weights.clear()


@pytest.mark.parametrize(("who", "path"), INSIDE)
def test_pages_for_people_are_sound(visitor: Visitor, who: str, path: str) -> None:
    page = enter(visitor, who, "/account")
    for language, size in (("fr", WIDE), ("en", NARROW)):
        visitor.weights.clear()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{visitor.url}{path}?lang={language}")
        check(visitor, page, f"{who}{path}-{language}")


def test_refusals_stand_on_the_form_and_are_sound(visitor: Visitor) -> None:
    page = enter(visitor, "sena", "/account/people", size=NARROW)
    page.get_by_text("Donner un mandat pour Mines du Mono").click()
    page.fill("input[type=email]", "aide@exemple.test")
    page.get_by_role("button", name="Proposer le mandat").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez au moins une chose")
    look(page, "people-refused")
    assert axe(page) == []
    page.goto(f"{visitor.url}/account/keys")
    page.fill("#name", "robot")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez au moins une chose")
    assert axe(page) == []


def test_everything_but_passkeys_works_without_script(visitor: Visitor) -> None:
    page = enter(visitor, "sena", "/account", script=False)
    assert page.locator("#new-passkey").is_hidden()
    page.goto(f"{visitor.url}/account/keys")
    page.fill("#name", "robot")
    page.check("input[value=read]")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.locator(".key")).to_contain_text("cad_")
    page.goto(f"{visitor.url}/account/people")
    page.get_by_text("Donner un mandat pour Mines du Mono").click()
    page.fill("input[type=email]", "aide@exemple.test")
    page.check("input[value=follow]")
    page.get_by_role("button", name="Proposer le mandat").click()
    expect(page.get_by_role("status")).to_contain_text("La proposition est envoyée")
    page.get_by_role("button", name="Retirer la proposition faite à aide@exemple.test").click()
    expect(page.get_by_role("status")).to_contain_text("retirée")


def test_an_administrator_closes_an_account_with_a_reason(visitor: Visitor) -> None:
    page = enter(visitor, "admin", "/account")
    page.get_by_role("link", name="Comptes et droits").click()
    page.get_by_role("link", name="Ama").click()
    page.get_by_role("button", name="Fermer le compte").click()
    assert page.evaluate("document.activeElement.id") == "reason"  # asked before it is sent
    page.fill("#reason", "départ")
    page.get_by_role("button", name="Fermer le compte").click()
    expect(page.get_by_text("Ce compte est fermé")).to_be_visible()
    page.fill("#reason", "retour")
    page.get_by_role("button", name="Rouvrir le compte").click()
    expect(page.get_by_role("button", name="Fermer le compte")).to_be_visible()
