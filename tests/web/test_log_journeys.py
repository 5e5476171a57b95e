"""Look at the pages of the sealed log as a citizen does, on a wide screen and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/log/", "/log/sheet"])
@pytest.mark.parametrize(("language", "size"), [("fr", WIDE), ("en", NARROW)])
def test_the_pages_of_the_log_read_well(
    visitor: Visitor, path: str, language: str, size: tuple[int, int], tmp_path
) -> None:
    page = visitor.visit(path, language=language, size=size)
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert axe(page) == []
    assert not scrolls_sideways(page)
    expect(page.locator("main")).to_contain_text("togo" if path == "/log/sheet" else "title.grant")
