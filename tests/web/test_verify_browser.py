"""Check a certificate in a real browser: readable, usable without scripts, nothing for axe."""

from __future__ import annotations

import pytest

from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_are_accessible(visitor: Visitor, language: str, size: tuple[int, int]):
    for path in ("/verify", "/verify/AAAA-BBBB-CCCC-DDDD"):
        page = visitor.visit(path, language=language, size=size)
        assert axe(page) == []
        assert not scrolls_sideways(page)


def test_a_file_is_compared_without_scripts(visitor: Visitor):
    page = visitor.visit("/verify", language="en", script=False)
    page.set_input_files("#file", {"name": "x.pdf", "mimeType": "application/pdf",
                                   "buffer": b"%PDF-1.7 none"})  # fmt: skip
    page.get_by_role("button", name="Compare the file").click()
    page.get_by_text("never issued by this cadastre").wait_for()
    page.get_by_label("Code of the certificate").fill("aaaa bbbb cccc dddd")
    page.get_by_role("button", name="Check the code").click()
    page.get_by_role("heading", name="does not exist").wait_for()
