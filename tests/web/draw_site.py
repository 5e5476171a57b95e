"""Serve the real site over a small register, and open its drawing page in Chromium."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Party
from cadastre.services.accounts import create_account
from tests.databases import TestServer, TestUrls
from tests.factories import make_title, make_unit, square
from tests.web.draw_page import EMAIL, PASSWORD, DrawSite
from web.app import create_app

MANIFEST = ROOT / "web" / "static" / "dist" / "manifest.json"


@pytest.fixture(scope="module")
def served(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve a register of one gold title of 0.1° at 0.95 E 8.95 N, in a prefecture around it."""
    if not MANIFEST.exists():
        subprocess.run(["node", "scripts/build_pages.mjs"], cwd=ROOT, check=True)
    name = f"test_{os.getpid()}_draw_{worker_id}"
    with cluster.copy_of_template(name) as urls:
        _fill(urls)
        app = create_app(_settings(urls, tmp_path_factory.mktemp("home")))
        assert len(app.extensions["cadastre"].catalogue) == 29  # read before the first visit
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["cadastre"].engine.dispose()


@pytest.fixture
def site(served: str, chromium: Browser) -> Iterator[DrawSite]:
    """Hand over the site; a script error in any page fails the test."""
    site = DrawSite(served, chromium)
    yield site
    for context in chromium.contexts:
        context.close()
    assert site.errors == []


def _settings(urls: TestUrls, home: Path) -> Settings:
    return Settings(
        home=home, data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
    )  # fmt: skip


def _fill(urls: TestUrls) -> None:
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        make_title(session, square(0.95, 8.95), number="PR-2024-0001")
        make_unit(session, square(0.5, 8.0, 1.5), code="TG-SO", name="Sotouboua", level=2)
        party = Party(kind="company", name="Carrières Exemple SARL (fictive)")
        session.add(party)
        session.flush()
        create_account(
            session, email=EMAIL, display_name="Opérateur", password=PASSWORD, parties=[party]
        )
    engine.dispose()
