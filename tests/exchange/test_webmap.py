"""The map in one file asks no other host, shows every feature, and runs nothing from the data."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cadastre.errors import UnusableInput
from cadastre.exchange.write import FeatureRecord, FieldSpec, Metadata, write_features
from cadastre.exchange.write.webmap import LEAFLET, standalone
from tests.exchange.test_write import FIELDS, HOLED, ROWS

needs_leaflet = pytest.mark.skipif(
    not LEAFLET.is_dir(), reason="needs node_modules (scripts/setup)"
)


def page(rows: list[FeatureRecord]) -> str:
    return write_features(rows, FIELDS, "html", metadata=Metadata("titres")).decode()


@needs_leaflet
def test_the_map_stands_alone() -> None:
    text = page(ROWS)
    assert "T-1" in text
    assert "T-2" in text
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert "cdn." not in text.lower()


@needs_leaflet
def test_the_control_folium_alone_asks_other_hosts() -> None:
    import folium

    text = folium.Map(tiles=None).get_root().render()
    assert re.findall(r'<script[^>]+src="https://', text)


@needs_leaflet
def test_a_map_with_outside_tiles_is_refused() -> None:
    import folium
    from branca.element import Element

    drawn = folium.Map(tiles=None)
    drawn.get_root().header.add_child(Element('<script src="https://example.org/a.js"></script>'))
    with pytest.raises(ValueError, match=r"example\.org"):
        standalone(drawn, "x")


@needs_leaflet
@pytest.mark.browser
def test_a_browser_draws_it_and_runs_no_data(tmp_path: Path) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    hostile = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    path = tmp_path / "map.html"
    path.write_text(page([*ROWS, FeatureRecord(hostile, HOLED, {"nom": hostile})]), "utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page()
        asked: list[str] = []
        faults: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        tab.goto(path.as_uri())
        tab.wait_for_selector("canvas.leaflet-zoom-animated")
        tab.mouse.click(640, 360)
        tab.wait_for_timeout(300)
        assert faults == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert tab.evaluate("window.hacked") is None
        browser.close()


def test_a_browser_is_not_given_more_than_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cadastre.exchange.write.webmap.MOST_FEATURES", 1)
    with pytest.raises(UnusableInput, match=r"exchange\.html-rows"):
        write_features(ROWS, [FieldSpec("nom")], "html")
