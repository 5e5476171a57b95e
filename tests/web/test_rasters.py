"""Readers lay a raster over the map, and read on a title's page what it holds there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.visitor import Visitor, axe

pytestmark = pytest.mark.browser


def test_a_backdrop_is_shown_faded_and_taken_away(page_fr: Page) -> None:
    tiles = page_fr.locator(".map-rasters img.leaflet-tile-loaded")
    expect(tiles).to_have_count(0)
    page_fr.get_by_label("Altitude", exact=True).check()
    expect(tiles.first).to_be_visible(timeout=30_000)
    slider = page_fr.get_by_label("Opacité de « Altitude »")
    slider.fill("30")
    expect(page_fr.locator(".map-rasters .leaflet-layer")).to_have_css("opacity", "0.3")
    expect(page_fr.locator(".legend-rasters")).to_contain_text("4 090 m")
    expect(page_fr.locator(".legend-rasters")).to_contain_text("Essais ; licence CC0")
    assert axe(page_fr) == []
    page_fr.get_by_label("Altitude", exact=True).uncheck()
    expect(tiles).to_have_count(0)


def test_the_page_of_a_title_says_what_the_ground_is(visitor: Visitor) -> None:
    page = visitor.visit("/titles/PR-2024-0001", language="en")
    ground = page.locator(".rasters")
    expect(ground).to_contain_text("Elevation")
    expect(ground.locator("dd").nth(1)).to_have_text("2,190 m")
    expect(ground.locator("svg rect").first).to_be_attached()
    ground.get_by_text("The ranges in figures").click()
    expect(ground.locator("li").first).to_contain_text("ha")
    assert axe(page) == []
