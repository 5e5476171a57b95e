"""Serve the services over a small register, and visit as who asks, receives or examines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request
from shapely.geometry import box
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.models import Account
from cadastre.services.accounts import create_account
from tests.factories import make_party, make_title, make_unit, square
from tests.services.dossiers import walking
from tests.web.entering import enter
from tests.web.served import Serve, Served
from tests.web.visitor import axe, scrolls_sideways

PASSWORD = "un mot de passe"
PDF = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": walking.PDF}
WIDE, NARROW = (1280, 900), (360, 740)
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


@dataclass
class DossierSite:
    """A served site: its address and database, and what went wrong in the pages."""

    url: str
    database: str
    browser: Browser
    errors: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def open(
        self, path: str, *, who: str | None = None, size=WIDE, language="fr", script=True,
        **options: Any,
    ) -> Page:
        """Open a page in a browser that remembers nothing."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=script,
            locale="fr-FR" if language == "fr" else "en-GB", **options,
        )  # fmt: skip
        if who is not None:
            enter(context, self.url, who, PASSWORD)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self._heard(said.text))
        page.on("requestfinished", self._weigh)
        page.goto(self.url + path)
        return page

    def sign_in(self, who: str, path: str, **options: Any) -> Page:
        """Open a page as somebody."""
        return self.open(path, who=who, **options)

    def session(self) -> Session:
        """Open the database as its owner, to be the other side of a journey."""
        return Session(create_engine(self.database), expire_on_commit=False)

    def _heard(self, words: str) -> None:
        expected = ("status of 4", "ERR_INTERNET_DISCONNECTED")  # asked for by the test
        if not any(each in words for each in expected):
            self.errors.append(words)

    def _weigh(self, request: Request) -> None:
        sizes = request.sizes()
        path = request.url.removeprefix(self.url)
        self.weights[path] = sizes["responseBodySize"] + sizes["responseHeadersSize"]


def looked_at(page: Page, name: str, *, with_script: bool = True) -> None:
    """Hold a page to what every page must keep; leave a picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    if with_script:  # axe itself is a script, and never ends where none runs
        assert axe(page) == [], name
    assert not scrolls_sideways(page), name


@pytest.fixture(scope="session")
def served_dossiers(serve: Serve) -> Served:
    """Serve a register with people of every side and one title in the way."""
    return serve("dossiers", fill)


@pytest.fixture
def dossiers(served_dossiers: Served, chromium: Browser) -> Iterator[DossierSite]:
    """Hand over the site; a script error or a blocked request in any page fails the test."""
    site = DossierSite(served_dossiers.url, served_dossiers.owner_url, chromium)
    yield site
    for context in chromium.contexts:
        context.close()
    assert site.errors == []


def fill(session: Session) -> None:
    """Lay out a country, a company, its investor, a clerk and an agent."""
    make_unit(session, box(0.0, 6.1, 1.7, 11.1), code="TG", name="Togo", level=0)
    region = make_unit(session, box(0.3, 8.0, 1.5, 9.5), code="TG-C", name="Centrale", level=1)
    make_unit(session, box(0.5, 8.1, 1.2, 9.0), code="TG-C-1", name="Golfe 1", level=3,
              parent_id=region.id)  # fmt: skip
    company = make_party(session, "Fer du Mono SARL (fictive)")
    make_title(session, square(0.95, 8.95), number="PR-2024-0001")
    for who, roles in (("investor", ["applicant"]), ("clerk", ["clerk"]),
                       ("agent", ["agent"])):  # fmt: skip
        account: Account = create_account(
            session, email=f"{who}@exemple.test", display_name=f"{who.title()} Exemple",
            password=PASSWORD, parties=[company] if who == "investor" else [],
        )  # fmt: skip
        account.roles = roles
