"""Serve a register to import into, with a keeper that the test runs turn by turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.rules.load import load_ruleset
from cadastre.services.import_jobs import run_next
from tests.services.money.conftest import PASSWORD, make_account
from tests.web.served import Serve, Served
from tests.web.visitor import Visitor

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")


@dataclass
class ImportSite:
    """A site, its owner's door, and a visitor who can sign in."""

    url: str
    owner: Engine
    visitor: Visitor

    def sign_in(self, who: str, path: str, **options) -> Page:
        """Open a page as somebody."""
        return self.visitor.visit(path, who=who, password=PASSWORD, **options)

    def keep(self) -> None:
        """Take a turn of the keeper."""
        assert run_next(self.owner, TOGO) is not None


@pytest.fixture(scope="session")
def served_imports(serve: Serve) -> Served:
    """Serve an empty register with two agents and an applicant."""
    return serve("imports", fill)


@pytest.fixture
def imports(served_imports: Served, chromium: Browser) -> Iterator[ImportSite]:
    """Hand over the site; what should not happen in a page fails the test."""
    owner = create_engine(served_imports.owner_url)
    visitor = Visitor(served_imports.url, chromium)
    yield ImportSite(served_imports.url, owner, visitor)
    visitor.leave()
    owner.dispose()
    assert [one for one in visitor.complaints if "status of 4" not in one] == []


def fill(session: Session) -> None:
    """Open the accounts."""
    for who, role in (("agente", "agent"), ("second", "agent"), ("usager", "applicant")):
        make_account(session, who, role, password=PASSWORD)
