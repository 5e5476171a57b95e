"""The public map on another day: tiles, list, search, panel and address follow the date."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_a_date_shows_the_register_of_that_day(visitor: Visitor) -> None:
    page = visitor.visit("/#10/8.95000/0.95000")
    expect(page.locator("#in-view .result-name").first).to_contain_text("Bassar Est")
    page.fill("#at", "2023-06-01")
    page.get_by_role("button", name="Voir ce jour").click()
    page.wait_for_load_state("networkidle")
    assert urlsplit(page.url).query == "at=2023-06-01"
    assert urlsplit(page.url).fragment.startswith("10/8.95000/0.95000")
    note = page.get_by_role("note")
    expect(note).to_contain_text("Vous regardez le passé. Le registre au 1 juin 2023.")
    expect(page.locator("#in-view")).not_to_contain_text("Bassar Est")
    shot(page, "map-past")
    page.fill("#q", "Bassar")
    page.press("#q", "Enter")
    expect(page.locator("#results-title")).to_contain_text("Aucun résultat")
    page.get_by_role("link", name="Revenir à aujourd'hui").click()
    expect(page.locator("#in-view .result-name").first).to_contain_text("Bassar Est")
    assert "at=" not in page.url


def test_the_panel_and_its_links_stay_on_the_day(visitor: Visitor) -> None:
    page = visitor.visit("/?at=2025-06-01#10/8.95000/0.95000/titles/PR-2024-0001", language="en")
    panel = page.locator("#picked")
    expect(panel.locator("h2")).to_have_text("Bassar Est")
    sheet = panel.get_by_role("link", name="record").first
    assert "at=2025-06-01" in (panel.locator("a.button").first.get_attribute("href") or "")
    assert sheet is not None
    page.goto(f"{visitor.url}/titles/PR-2024-0001?at=2035-06-01")
    expect(page.get_by_role("note")).to_contain_text("You are looking at the future")
    expect(page.locator(".tag").first).to_have_text("Expired")
    assert axe(page) == []


def test_what_was_not_known_yet_is_left_out(visitor: Visitor) -> None:
    page = visitor.visit("/?at=2025-06-01&known=2025-06-01#8/8.7/1.0")
    expect(page.get_by_role("note")).to_contain_text("Tel que connu le 1 juin 2025")
    expect(page.locator("#known")).to_have_value("2025-06-01")
    expect(page.locator("#in-view-count")).to_contain_text("Rien")
    plain = visitor.visit("/search?q=Bassar&at=2025-06-01", script=False)
    expect(plain.get_by_role("note")).to_be_visible()
    href = plain.locator("a.result").first.get_attribute("href") or ""
    assert href.endswith("?at=2025-06-01")


@pytest.mark.parametrize(("language", "size"), [("fr", NARROW), ("en", WIDE)])
def test_axe_finds_nothing_in_the_past(
    visitor: Visitor, language: str, size: tuple[int, int]
) -> None:
    page = visitor.visit("/?at=2025-06-01", language=language, size=size)
    assert axe(page) == []
    assert not scrolls_sideways(page)
    shot(page, f"map-past-{language}-{size[0]}")


def test_a_date_that_is_none_is_refused_in_words(visitor: Visitor) -> None:
    page = visitor.visit("/?at=demain", script=False)
    expect(page.get_by_text("demain")).to_be_visible()
    visitor.complaints.clear()  # Chromium's own note on the refused page
