"""Follow an area in a browser without script: a real letter, a click to confirm, one to stop."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import OutboxEvent
from cadastre.rules.load import load_ruleset
from cadastre.services.again import decide
from cadastre.services.watching.letters import send_letters
from cadastre.services.watching.reading import read_events
from tests.databases import TestUrls
from tests.factories import make_title, make_unit, square
from tests.web.visitor import NARROW, Visitor, axe, scrolls_sideways
from web.app import create_app

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")


class Box:
    """A mailbox behind a real SMTP server."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.came = threading.Semaphore(0)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(letter)  # type: ignore[arg-type]
        self.came.release()
        return "250 kept"

    def next(self) -> EmailMessage:
        """Wait for a letter and give it."""
        assert self.came.acquire(timeout=20)
        return self.letters[-1]


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    handler = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def site(
    fresh_database: TestUrls, box: tuple[Box, str], tmp_path: Path
) -> Iterator[tuple[str, Settings]]:
    """Serve a register of one region and one title, that writes to the mailbox."""
    urls = fresh_database
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        make_unit(session, square(0.0, 9.0, 1.0), code="TG-K", name="Kara", level=1)
        make_title(session, square(0.2, 9.2), number="PR-1", name="Bassar")
    engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(
        home=tmp_path, data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
        smtp_url=box[1], mail_from="cadastre@exemple.test",
        public_url=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    app = create_app(settings)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.public_url or "", settings
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["cadastre"].engine.dispose()


def _look(chromium: Browser, address: str, link: str) -> None:
    """Open a page of a letter on a phone; nothing may be wrong with it."""
    visitor = Visitor(address, chromium)
    page = visitor.visit(link.removeprefix(address), size=NARROW)
    assert axe(page) == []
    assert not scrolls_sideways(page)
    visitor.leave()


def test_somebody_follows_a_region_reads_a_letter_and_stops(
    site: tuple[str, Settings], box: tuple[Box, str], chromium: Browser
) -> None:
    address, settings = site
    visitor = Visitor(address, chromium)
    page = visitor.visit("/watch", language="fr", script=False)
    page.get_by_label("Une commune, une préfecture ou une région").fill("Atlantide")
    page.get_by_label("Votre adresse électronique").fill("voisine@exemple.test")
    page.get_by_role("button", name="Recevoir les nouvelles").click()
    assert "Atlantide" in page.get_by_role("alert").inner_text()
    page.get_by_label("Une commune, une préfecture ou une région").fill("kara")
    page.get_by_role("button", name="Recevoir les nouvelles").click()
    asked = box[0].next()
    assert asked["To"] == "voisine@exemple.test"
    _look(chromium, address, link_in(asked, f"{address}/watch/confirm/"))
    page.goto(link_in(asked, f"{address}/watch/confirm/"))
    assert "voisine@exemple.test" in page.locator("main").inner_text()
    page.get_by_role("button", name="Oui, recevoir ces lettres").click()
    assert page.get_by_role("heading", name="Kara").is_visible()
    _happens(settings)
    news = box[0].next()
    assert "PR-1" in news.get_content()
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    _look(chromium, address, link_in(news, f"{address}/watch/"))
    page.goto(link_in(news, f"{address}/watch/"))
    page.get_by_role("link", name="Cession").click()
    assert page.url == f"{address}/titles/PR-1"
    one_click(page, news["List-Unsubscribe"].strip("<>"))
    page.goto(link_in(news, f"{address}/watch/"))
    assert "plus rien de suivi" in page.locator("main").inner_text()
    visitor.leave()


def _happens(settings: Settings) -> None:
    """Let something happen, and do one turn of the keeper's work."""
    engine = create_engine(sqlalchemy_url(settings.app_database_url or ""))
    with Session(engine) as session, session.begin():
        session.add(OutboxEvent(topic="title.transfer", subject_id="PR-1"))
    decide(engine, read_events)
    send_letters(engine, settings, TOGO)
    engine.dispose()


def link_in(letter: EmailMessage, start: str) -> str:
    """Find a link by its beginning."""
    found = re.search(re.escape(start) + r"[\w-]+", letter.get_content())
    assert found is not None
    return found.group()


def one_click(page: Page, address: str) -> None:
    """Stop as a mail program does: a POST without cookie or token (RFC 8058)."""
    request = page.context.browser.new_context().request  # type: ignore[union-attr]
    answer = request.post(address, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
