"""A trainee does an exercise in the practice register; the trainer sees it; nowhere else is one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Account, JournalEntry
from cadastre.services.practice import DONE, reset_if_ordered
from tests.databases import TestServer
from tests.services.money.conftest import PASSWORD, make_account
from tests.web.visitor import NARROW, Visitor, axe, scrolls_sideways
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def practice(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[tuple[Visitor, Engine, Settings]]:
    """Serve a practice register with an agent and a trainer."""
    home = tmp_path_factory.mktemp("home")
    with cluster.copy_of_template(f"test_{os.getpid()}_practice_{worker_id}") as urls:
        owner = create_engine(sqlalchemy_url(urls.owner_url))
        with Session(owner) as session, session.begin():
            make_account(session, "agente", "agent", password=PASSWORD)
            make_account(session, "formatrice", "supervisor", password=PASSWORD)
        settings = Settings(
            home=home, data=ROOT / "data", environment="practice", ruleset="togo",
            database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
        )  # fmt: skip
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        visitor = Visitor(f"http://127.0.0.1:{server.server_port}", chromium)
        yield visitor, owner, settings
        visitor.leave()
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["cadastre"].engine.dispose()
        owner.dispose()
        assert [one for one in visitor.complaints if "status of 4" not in one] == []


def sign_in(visitor: Visitor, who: str, path: str, **options) -> Page:
    """Open a page as somebody."""
    page = visitor.visit(f"/login?next={path}", **options)
    page.fill("#email", f"{who}@exemple.test")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    return page


def test_an_exercise_is_marked_seen_and_set_back(
    practice: tuple[Visitor, Engine, Settings],
) -> None:
    visitor, owner, settings = practice
    page = sign_in(visitor, "agente", "/practice")
    expect(page.locator(".practice")).to_contain_text("rien de ce que vous faites ici n'est réel")
    page.fill("#trainee-six-overlaps", "Afi")
    section = page.locator("section", has=page.locator("#six-overlaps"))
    section.get_by_role("button", name="Commencer").click()
    expect(page.locator("main")).to_contain_text("Note : 0 sur 20")
    with Session(owner) as session, session.begin():
        agent = session.scalars(
            select(Account).where(Account.email == "agente@exemple.test")
        ).one()
        for number in range(3):
            session.add(
                JournalEntry(
                    account_id=agent.id, action="case.proposed", subject="case",
                    subject_id=f"C-{number}",
                )
            )  # fmt: skip
    page.get_by_role("link", name="Recompter").click()
    page.reload()
    expect(page.locator("main")).to_contain_text("Note : 10 sur 20")
    assert axe(page) == []
    trainer = sign_in(visitor, "formatrice", "/practice", size=NARROW)
    expect(trainer.locator("table")).to_contain_text("Afi")
    expect(trainer.locator("table")).to_contain_text("2 / 3")
    assert axe(trainer) == []
    assert not scrolls_sideways(trainer)
    trainer.get_by_role("button", name="Remettre le registre à zéro").click()
    expect(trainer.get_by_role("status")).to_contain_text("remis à zéro")
    with Session(owner) as session, session.begin():
        assert not reset_if_ordered(session, replace(settings, environment="demo"))
        assert session.scalars(select(JournalEntry).where(JournalEntry.action == DONE)).all() == []


def test_words_sheets_and_tours_come_from_what_is_applied(
    practice: tuple[Visitor, Engine, Settings],
) -> None:
    visitor, _, _ = practice
    page = visitor.visit("/services", size=NARROW)
    page.get_by_role("button", name="Visite guidée").click()
    expect(page.locator(".driver-popover-description")).to_contain_text("Toutes les démarches")
    page.get_by_role("button", name="Suivant").click()
    expect(page.locator(".driver-popover-description")).to_contain_text("la liste se réduit")
    page.keyboard.press("Escape")
    for path, words in (
        ("/glossary", "périmètre"), ("/services/permis-recherche/sheet", "☐"),
        ("/help/titles", "Permis de recherche"), ("/data/governance", "confidentiel"),
        ("/data/licence", "proposée"),
    ):  # fmt: skip
        page.goto(visitor.url + path)
        expect(page.locator("main")).to_contain_text(words)
        assert "governance." not in page.locator("main").inner_text()
        assert axe(page) == [], path
        assert not scrolls_sideways(page), path
