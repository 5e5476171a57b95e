"""The desk in a real browser: six kinds of overlap from list to decision, by those who must act."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.cases_desk import CasesSite
from tests.web.draw_page import axe

pytestmark = pytest.mark.browser

NARROW = (360, 740)
SHOTS = os.environ.get("CADASTRE_SHOTS")
MOST_ACTIONS = 6


def shot(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def open_case(site: CasesSite, page: Page, name: str) -> None:
    site.act(lambda: page.get_by_role("link", name=site.numbers[name]).click())
    expect(page.locator("h1")).to_contain_text(site.numbers[name])


def choose(site: CasesSite, page: Page, way: str) -> None:
    """Choose a way out by its name and submit it with a source."""
    card = page.locator(".case-way", has=page.get_by_role("heading", name=way, exact=True)).first
    site.act(lambda: card.get_by_role("link").click())
    expect(page.locator("#preview-title")).to_contain_text(way)
    site.act(lambda: page.fill("#source", "PV n° 12 du 3 mars 2026"))
    site.act(lambda: page.get_by_role("button", name="Soumettre").click())
    expect(page.get_by_role("status")).to_contain_text("proposition est enregistrée")


def confirm(site: CasesSite, name: str) -> Page:
    page = site.sign_in("decideur")
    open_case(site, page, name)
    shot(page, f"{name}-confirm")
    site.act(lambda: page.get_by_role("button", name="Confirmer et appliquer").click())
    expect(page.get_by_role("status")).to_contain_text("le registre a changé")
    return page


def accept(site: CasesSite, who: str, name: str) -> None:
    page = site.sign_in(who)
    page.get_by_role("link", name=site.numbers[name]).click()
    shot(page, f"{name}-accept-{who}")
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_role("status")).to_contain_text("accord est enregistré")


@pytest.mark.parametrize(
    ("language", "heading"), [("fr", "Chevauchements à régler"), ("en", "Overlaps to settle")]
)
def test_the_list_is_sorted_by_deadline_and_filtered(desk: CasesSite, language: str, heading: str):
    page = desk.sign_in("agent", language=language)
    expect(page.locator("h1")).to_have_text(heading)
    numbers = page.locator(".case-number").all_inner_texts()
    assert len(numbers) == len(desk.numbers) - 1  # the technical one is one click away
    assert desk.numbers["technical"] not in numbers
    places = [numbers.index(desk.numbers[name]) for name in ("application-title", "title-title")]
    assert places == sorted(places)
    shot(page, f"list-{language}")
    assert axe(page) == []
    page.goto(f"{desk.url}/desk/cases?nature=technical")
    assert page.locator(".case-number").all_inner_texts() == [desk.numbers["technical"]]
    page.goto(f"{desk.url}/desk/cases?kind=title-title")
    assert set(page.locator(".case-number").all_inner_texts()) == {
        desk.numbers["title-title"], desk.numbers["known"],
    }  # fmt: skip


def test_it_fits_a_phone(desk: CasesSite):
    page = desk.sign_in("agent", NARROW)
    shot(page, "list-360")
    _fits(page)
    for name in ("application-title", "title-work"):
        page.goto(f"{desk.url}/desk/cases/{desk.numbers[name]}")
        shot(page, f"{name}-360")
        _fits(page)
        assert axe(page) == []
    page.goto(f"{desk.url}/desk/cases/{desk.numbers['application-title']}?choice=clip")
    shot(page, "preview-360")
    _fits(page)


def _fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, wide


def test_the_desk_works_without_a_script(desk: CasesSite):
    page = desk.sign_in("agent", java_script_enabled=False)
    page.get_by_role("link", name=desk.numbers["application-title"]).click()
    assert page.locator("#case-plan svg").is_visible()
    choose(desk, page, "Refuser la demande A")
    shot(page, "without-script")
    page.get_by_text("Retirer la proposition").first.click()
    page.fill("#reason", "essai")
    page.get_by_role("button", name="Retirer la proposition").click()
    expect(page.get_by_role("status")).to_contain_text("de nouveau ouvert")


def test_keys_choose_and_can_be_silenced(desk: CasesSite):
    page = desk.sign_in("agent")
    page.goto(f"{desk.url}/desk/cases/{desk.numbers['application-title']}")
    page.keyboard.press("f")
    expect(page.locator("#facts-title")).to_be_focused()
    page.click("#keys-switch")
    page.keyboard.press("1")
    assert "choice" not in page.url
    page.click("#keys-switch")
    page.locator("h1").click()
    page.keyboard.press("1")
    page.wait_for_url("**choice=**")


def test_the_map_shows_hatches_letters_and_figures(desk: CasesSite):
    page = desk.sign_in("agent")
    page.goto(f"{desk.url}/desk/cases/{desk.numbers['application-title']}")
    fills = page.eval_on_selector_all(
        ".case-map-frame path", "paths => paths.map(p => getComputedStyle(p).fill)"
    )
    assert {"hatch-a", "hatch-b", "hatch-shared"} == {
        one.split("#")[-1].strip('")') for one in fills if "#" in one
    }
    assert page.locator(".case-map-letter").all_inner_texts() == ["A", "B"]
    expect(page.locator(".case-map-area")).to_contain_text("ha")


def test_a_missing_source_is_told_beside_its_field(desk: CasesSite):
    page = desk.sign_in("agent", java_script_enabled=False)
    page.goto(f"{desk.url}/desk/cases/{desk.numbers['application-title']}?choice=clip")
    page.fill("#source", "x")
    page.get_by_role("button", name="Soumettre").click()
    expect(page.get_by_role("alert")).to_contain_text("pièce à l'appui")
    expect(page.locator("#source")).to_have_attribute("aria-invalid", "true")


def test_a_party_sees_its_own_cases_only(desk: CasesSite):
    page = desk.sign_in("reseau")
    expect(page.locator("h1")).to_have_text("Mes chevauchements")
    assert page.locator(".case-number").all_inner_texts() == [desk.numbers["title-work"]]
    answer = page.goto(f"{desk.url}/desk/cases/{desk.numbers['title-title']}")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("application-title", "Rogner A selon le rang"),
        ("typing", "Corriger une erreur de saisie ou de référentiel"),
        ("application-application", "Mise en concurrence"),
        ("title-title", "Partager par accord des deux parties"),
        ("known", "Chevauchement ancien connu"),
        ("application-zone", "Rogner A selon le rang"),
        ("title-work", "Accord sous conditions"),
    ],
)
def test_six_kinds_of_overlap_are_ended_in_six_actions(desk: CasesSite, name: str, way: str):
    agent = desk.sign_in("agent")
    open_case(desk, agent, name)
    shot(agent, f"{name}-open")
    assert axe(agent) == []
    choose(desk, agent, way)
    shot(agent, f"{name}-proposed")
    if name == "title-title":
        accept(desk, "mines-a", name)
        accept(desk, "mines-b", name)
    if name == "title-work":
        accept(desk, "reseau", name)
    done = confirm(desk, name)
    shot(done, f"{name}-done")
    assert axe(done) == []
    assert desk.actions <= MOST_ACTIONS
    expect(done.locator(".case-history")).to_contain_text("Agent + Decideur")
    done.goto(f"{desk.url}/desk/cases")
    expect(done.get_by_role("link", name=desk.numbers[name])).to_have_count(0)
    state = "known" if name in ("known", "title-work") else "closed"
    done.goto(f"{desk.url}/desk/cases?state={state}")
    expect(done.get_by_role("link", name=desk.numbers[name])).to_have_count(1)
