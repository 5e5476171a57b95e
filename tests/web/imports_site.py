"""Serve a register to import into, with a keeper that the test runs turn by turn."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.rules.load import load_ruleset
from cadastre.services.import_jobs import run_next
from tests.databases import TestServer
from tests.services.money.conftest import PASSWORD, make_account
from tests.web.visitor import Visitor
from web.app import create_app

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")


@dataclass
class ImportSite:
    """A site, its owner's door, and a visitor who can sign in."""

    url: str
    owner: Engine
    visitor: Visitor

    def sign_in(self, who: str, path: str, **options) -> Page:
        """Open a page as somebody."""
        page = self.visitor.visit(f"/login?next={path}", **options)
        page.fill("#email", f"{who}@exemple.test")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(self.url + path)
        return page

    def keep(self) -> None:
        """Take a turn of the keeper."""
        assert run_next(self.owner, TOGO) is not None


@pytest.fixture
def imports(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[ImportSite]:
    """Serve an empty register with two agents and an applicant."""
    home = tmp_path_factory.mktemp("home")
    with cluster.copy_of_template(f"test_{os.getpid()}_imports_{worker_id}") as urls:
        owner = create_engine(sqlalchemy_url(urls.owner_url))
        with Session(owner) as session, session.begin():
            for who, role in (("agente", "agent"), ("second", "agent"), ("usager", "applicant")):
                make_account(session, who, role, password=PASSWORD)
        settings = Settings(
            home=home, data=ROOT / "data", environment="demo", ruleset="togo",
            database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
        )  # fmt: skip
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        visitor = Visitor(url, chromium)
        yield ImportSite(url, owner, visitor)
        visitor.leave()
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["cadastre"].engine.dispose()
        owner.dispose()
        assert [one for one in visitor.complaints if "status of 4" not in one] == []
