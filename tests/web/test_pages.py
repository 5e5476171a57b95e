"""Pages that need no script: light, complete, stable, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cadastre.config import ROOT
from cadastre.sentences import load_sentences
from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser
RECORDS = (
    "/titles/PR-2024-0001",
    "/titles/01%2F2018",
    "/applications/DEM-2026-0001",
    "/zones/Z-FAZAO",
    "/works/L-161",
    "/units/TG-C",
)
PLAIN = ("/search", "/search?q=mono", "/about", "/data", "/eiti", "/help", "/nothing-here",
         "/titles/UNKNOWN")  # fmt: skip
KB = 1000
CODE = re.compile(r"\b(?:pages|map|status|field|collection)\.[a-z]+(?:-[a-z0-9]+)*\b")


def test_the_register_is_searched_without_a_script(visitor: Visitor) -> None:
    page = visitor.visit("/", script=False)
    expect(page.locator(".map-off")).to_be_visible()
    page.fill("#q", "orpaile du mono")
    page.keyboard.press("Enter")
    expect(page.locator("h2")).to_contain_text("résultats pour « orpaile du mono »")
    page.get_by_role("link", name="Bassar Est").click()
    expect(page.locator("h1")).to_have_text("Bassar Est")
    expect(page.locator(".corners tbody tr")).to_have_count(4)
    expect(page.locator(".corners")).to_contain_text("8°54'00,00\" N")
    expect(page.locator("svg.sheet")).to_be_visible()
    expect(page.locator("[data-act]").first).to_be_hidden()


@pytest.mark.parametrize("path", [*RECORDS, *PLAIN])
def test_a_page_weighs_at_most_40_kb(visitor: Visitor, path: str) -> None:
    visitor.visit(path)
    assert sum(visitor.weights.values()) <= 40 * KB, visitor.weights


def test_the_map_weighs_at_most_250_kb_of_which_130_of_code(visitor: Visitor) -> None:
    visitor.visit("/")
    code = sum(size for url, size in visitor.weights.items() if "/static/" in url)
    assert code <= 130 * KB, visitor.weights
    assert sum(visitor.weights.values()) <= 250 * KB, visitor.weights


@pytest.mark.parametrize("path", [*RECORDS, *PLAIN])
@pytest.mark.parametrize(("language", "size"), [("fr", WIDE), ("en", NARROW)])
def test_axe_finds_nothing(
    visitor: Visitor, path: str, language: str, size: tuple[int, int]
) -> None:
    page = visitor.visit(path, language=language, size=size)
    assert axe(page) == []
    assert not scrolls_sideways(page)


def french_only() -> list[str]:
    """Give the French page texts that are not said the same in English, and long enough to tell."""
    said = load_sentences(ROOT / "data" / "sentences")
    return [
        words["fr"]
        for code, words in said.items()
        if code.startswith(("pages.", "map.")) and words["fr"] != words["en"]
        and "{" not in words["fr"] and len(words["fr"]) >= 7
        and code != "pages.other-language"
    ]  # fmt: skip


def words_of(page: Page) -> str:
    """Give everything a person can read or hear, names of controls included."""
    names = page.eval_on_selector_all(
        "[aria-label], [title]", "all => all.map(e => e.ariaLabel + ' ' + e.title).join('\\n')"
    )
    return f"{page.locator('body').inner_text()}\n{names}\n{page.title()}"


@pytest.mark.parametrize("path", ["/", *RECORDS, *PLAIN])
def test_no_word_is_left_untranslated(visitor: Visitor, path: str) -> None:
    english = words_of(visitor.visit(path, language="en"))
    lines = {line.strip() for line in english.splitlines()}
    assert [words for words in french_only() if words in lines] == []
    assert CODE.findall(english) == []
    assert CODE.findall(words_of(visitor.visit(path, language="fr"))) == []


def test_a_record_is_printed_whole(visitor: Visitor) -> None:
    page = visitor.visit("/titles/PR-2024-0001")
    page.emulate_media(media="print")
    expect(page.locator(".corners")).to_be_visible()
    expect(page.locator("svg.sheet")).to_be_visible()
    expect(page.locator(".masthead-nav")).to_be_hidden()


def test_a_record_is_downloaded_as_a_file(visitor: Visitor) -> None:
    page = visitor.visit("/titles/01%2F2018")
    for name, suffix in (("GeoJSON", ".geojson"), ("Shapefile", ".zip")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename.endswith(suffix)


def test_a_wrong_address_shows_the_way_on(visitor: Visitor) -> None:
    page = visitor.visit("/titles/UNKNOWN", language="en")
    expect(page.locator("h1")).to_have_text("Page not found")
    expect(page.locator("main")).to_contain_text("UNKNOWN")
    expect(page.locator("main a[href='/search']")).to_be_visible()


def test_only_hashed_files_are_kept_for_ever(visitor: Visitor) -> None:
    page = visitor.visit("/")
    asked = page.request
    style = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    kept = asked.get(f"{visitor.url}{style}", headers={"Accept-Encoding": "br"})
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-encoding"] == "br"
    html = asked.get(f"{visitor.url}/")
    assert "no-cache" in html.headers["cache-control"]
    policy = html.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert asked.get(f"{visitor.url}/static/..%2f..%2fapp.py").status == 404
