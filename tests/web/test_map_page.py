"""The public map: searched, picked, read, shared and printed, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser


def search(page: Page, words: str) -> None:
    """Type in the one field and press Enter."""
    page.fill("#q", words)
    page.press("#q", "Enter")


def pick_first(page: Page) -> None:
    """Choose the first answer of a search."""
    page.locator("#results .result").first.click()
    expect(page.locator("#picked .facts")).to_be_visible()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("PR-2024-0001", "Bassar Est"),
        ("orpaile du mono", "Bassar Est"),
        ("sable", "Kpélé"),
        ("sokode", "Sokodé"),
        ("fazao", "Parc de Fazao"),
        ("8°57' N 0°57' E", "8°57'00,0\" N"),
        ("31N 274329 940171", "8°30'00,0\" N"),
    ],
)
def test_one_field_finds_anything(page_fr: Page, words: str, found: str) -> None:
    search(page_fr, words)
    expect(page_fr.locator("#results-title")).to_contain_text(words)
    expect(page_fr.locator("#results ol")).to_contain_text(found)


def test_nothing_found_says_what_to_try(page_fr: Page) -> None:
    search(page_fr, "zzzzzzzz")
    expect(page_fr.locator("#results-title")).to_have_text("Aucun résultat pour « zzzzzzzz »")
    expect(page_fr.locator("#results ol")).to_contain_text("Essayez une partie du nom")


def test_a_result_is_shown_on_the_map_and_in_the_panel(page_en: Page) -> None:
    search(page_en, "PR-2024-0001")
    pick_first(page_en)
    panel = page_en.locator("#picked")
    expect(panel.locator("h2")).to_have_text("Bassar Est")
    expect(panel.locator(".tag")).to_have_text("In force")
    for words in ("Orpaille du Mono SA (fictive)", "research permit", "gold", "1 January 2034"):
        expect(panel).to_contain_text(words)
    expect(page_en.locator(".leaflet-overlay-pane path")).to_have_count(1)
    assert "/titles/PR-2024-0001" in page_en.evaluate("location.hash")


def test_a_click_on_the_map_picks_what_lies_there(visitor: Visitor) -> None:
    page = visitor.visit("/#10/8.95000/0.95000")
    middle = page.locator("#map").bounding_box()
    assert middle is not None
    page.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    expect(page.locator("#picked h2")).to_have_text("Bassar Est")
    page.locator(".picked-close").click()
    expect(page.locator("#picked")).to_be_hidden()
    assert "titles" not in page.evaluate("location.hash")


def test_an_address_brings_the_same_view_back(visitor: Visitor) -> None:
    page = visitor.visit("/#11/8.55000/1.25000/titles/01%2F2018")
    expect(page.locator("#picked h2")).to_have_text("Kpélé")
    assert page.evaluate("location.hash") == "#11/8.55000/1.25000/titles/01%2F2018"


def test_the_language_changes_and_the_view_stays(visitor: Visitor) -> None:
    page = visitor.visit("/#11/8.55000/1.25000/titles/01%2F2018")
    page.click("#other-language")
    expect(page.locator("h1")).to_have_text("Map and register of titles")
    expect(page.locator("#picked .tag")).to_have_text("In force")
    page.goto(f"{visitor.url}/help")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_list_says_what_the_map_shows(page_fr: Page) -> None:
    items = page_fr.locator("#in-view li")
    expect(items).to_have_count(5)
    names = [words.split(" ")[0] for words in items.all_inner_texts()]
    assert names[0] == "Bassar"
    page_fr.get_by_label("Titres", exact=True).uncheck()
    expect(items).to_have_count(3)


def test_the_position_is_told_in_degrees_and_metres(page_fr: Page) -> None:
    page_fr.evaluate("location.hash = '#10/8.50000/0.95000'")
    readout = page_fr.locator(".map-position")
    expect(readout).to_contain_text("8°30'00,0\" N  0°57'00,0\" E")
    expect(readout).to_contain_text(re.compile("31N  274 3.. E  940 1.. N"))


@pytest.mark.parametrize(("language", "list_name"), [("fr", "Sur la carte"), ("en", "On the map")])
def test_everything_is_done_by_keyboard(visitor: Visitor, language: str, list_name: str) -> None:
    page = visitor.visit("/", language=language)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("PR-2024-0001")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#picked-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#picked")).to_be_hidden()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picked h2")).to_have_text("Bassar Est")
    expect(page.get_by_role("heading", name=list_name)).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing(visitor: Visitor, language: str, size: tuple[int, int]) -> None:
    page = visitor.visit("/", language=language, size=size)
    assert axe(page) == []
    search(page, "mono")
    expect(page.locator("#results ol .result").first).to_be_visible()
    assert axe(page) == []
    pick_first(page)
    assert axe(page) == []
    assert not scrolls_sideways(page)


def test_a_telephone_shows_the_panel_as_a_sheet(visitor: Visitor) -> None:
    page = visitor.visit("/#10/8.95000/0.95000/titles/PR-2024-0001", size=NARROW)
    sheet = page.locator("#picked")
    expect(sheet.locator(".facts")).to_be_visible()
    placed = sheet.bounding_box()
    assert placed is not None
    assert placed["y"] + placed["height"] == pytest.approx(NARROW[1], abs=1)
    assert placed["height"] <= 0.6 * NARROW[1]
    for button in page.locator(".leaflet-bar a, .picked-close").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_what_cannot_be_fetched_is_said(visitor: Visitor) -> None:
    page = visitor.visit("/")
    page.route("**/api/search*", lambda route: route.abort())
    search(page, "mono")
    expect(page.locator("#results-title")).to_contain_text("Le site ne répond pas")
    visitor.complaints.clear()  # Chromium reports the cut itself
