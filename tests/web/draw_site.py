"""Serve the real site over a small register, and open its drawing page in Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from cadastre.models import Party
from cadastre.services.accounts import create_account
from tests.factories import make_title, make_unit, square
from tests.web.draw_page import EMAIL, PASSWORD, DrawSite
from tests.web.served import Serve, Served


@pytest.fixture(scope="session")
def served_draw(serve: Serve) -> Served:
    """Serve a register of one gold title of 0.1° at 0.95 E 8.95 N, in a prefecture around it."""
    return serve("draw", fill)


@pytest.fixture
def drawing(served_draw: Served, chromium: Browser) -> Iterator[DrawSite]:
    """Hand over the site; a script error in any page fails the test."""
    site = DrawSite(served_draw.url, chromium)
    yield site
    for context in chromium.contexts:
        context.close()
    assert site.errors == []


def fill(session: Session) -> None:
    """Lay out the title, the prefecture and an operator."""
    make_title(session, square(0.95, 8.95), number="PR-2024-0001")
    make_unit(session, square(0.5, 8.0, 1.5), code="TG-SO", name="Sotouboua", level=2)
    party = Party(kind="company", name="Carrières Exemple SARL (fictive)")
    session.add(party)
    session.flush()
    create_account(
        session, email=EMAIL, display_name="Opérateur", password=PASSWORD, parties=[party]
    )
