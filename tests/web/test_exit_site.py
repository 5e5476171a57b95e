"""The site of the exit kit works from a folder: a title is found without any server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.queries.asof import as_of
from cadastre.rules.load import load_ruleset
from cadastre.services.exit_kit.site import write_site
from tests.databases import TestUrls
from tests.factories import make_party, make_title, square

pytestmark = pytest.mark.browser


@pytest.fixture
def site(fresh_database: TestUrls, tmp_path: Path) -> Path:
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session:
        for number in range(120):
            make_title(session, square(0.4, 6.5 + number * 0.03, 0.02), number=f"PR-{number:03d}")
        person = make_party(session, "Fulano de Tal", kind="person")
        make_title(
            session, square(0.9, 8.0, 0.02), number="PR-<b>1</b>", name="Évêché d'essai",
            holder=person,
        )  # fmt: skip
        write_site(session, load_ruleset(ROOT / "data" / "rulesets" / "togo"), as_of(), tmp_path)
    engine.dispose()
    return tmp_path / "site"


def test_a_title_is_found_and_read_from_a_folder(site: Path, chromium: Browser) -> None:
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="Registre des titres").click()
    expect(page.locator("#list tbody tr")).to_have_count(100)
    page.get_by_role("searchbox").fill("eveche")
    expect(page.locator("#found")).to_have_text("1")
    page.get_by_role("link", name="PR-<b>1</b>").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PR-<b>1</b>")
    expect(page.locator("svg.sheet")).to_be_visible()
    expect(page.locator(".corners tr")).to_have_count(4)
    assert "Fulano" not in page.content()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register of titles")
    page.get_by_role("link", name="Whole list").click()
    expect(page.locator("tbody tr")).to_have_count(121)
    page.close()
    assert complaints == []
