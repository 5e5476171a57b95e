"""Serve the real site over a small register, and visit it as people do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from shapely.geometry import LineString, Point, box
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry
from cadastre.sealing.keys import SigningKey, open_key
from cadastre.services.sealed_log import seal_once
from tests.databases import TestUrls
from tests.factories import (
    make_application,
    make_base_map,
    make_party,
    make_title,
    make_unit,
    make_work,
    make_zone,
    square,
)
from tests.rasters import add_heights
from tests.web.acts_site import acts, served_acts
from tests.web.cases_site import desk, served_desk
from tests.web.desk_site import numbers, office, served_office
from tests.web.dossiers_site import dossiers, served_dossiers
from tests.web.draw_site import drawing, served_draw
from tests.web.imports_site import imports, served_imports
from tests.web.money_site import money, served_money
from tests.web.served import Serve, filled, rest, serve, settings_over
from tests.web.visitor import Visitor

# Declared once for all tests here: each site is made once a worker, whoever visits it first.
__all__ = [
    "acts", "desk", "dossiers", "drawing", "imports", "money", "numbers", "office", "serve",
    "served_acts", "served_desk", "served_dossiers", "served_draw", "served_imports",
    "served_money", "served_office",
]  # fmt: skip
Visit = Callable[..., Page]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Quiet: a browser that looks for updates and networks of its own would be refused at every start.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def sites_rest() -> Iterator[None]:
    """Leave no idle connections behind: many sites stay open, and the server has only so many."""
    yield
    rest()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once a worker."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def register(serve: Serve) -> str:
    """Serve a register of a few rights, a zone, a work, a town and a country around them."""
    served = serve("pages", _fill)
    add_heights(settings_over(served.urls, served.home))
    _seal(served.urls, open_key(served.home / "log.pem", may_make=True))
    return served.url


@pytest.fixture
def visitor(register: str, chromium: Browser) -> Iterator[Visitor]:
    """Open pages of the register; anything foreign, forbidden or broken in them fails the test."""
    visitor = Visitor(register, chromium)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []


@pytest.fixture
def page_fr(visitor: Visitor) -> Page:
    """Open the map in French."""
    return visitor.visit("/", language="fr")


@pytest.fixture
def page_en(visitor: Visitor) -> Page:
    """Open the map in English."""
    return visitor.visit("/", language="en")


def _fill(session: Session) -> None:
    make_unit(session, box(0.0, 6.1, 1.7, 11.1), code="TG", name="Togo", level=0)
    make_unit(session, box(0.3, 8.0, 1.5, 9.5), code="TG-C", name="Centrale", level=1)
    make_base_map(session, Point(1.13, 8.98), layer="towns", name="Sokodé", importance=4)
    _fill_rights(session)
    make_zone(session, square(0.6, 8.4, 0.15), code="Z-FAZAO", name="Parc de Fazao")
    line = LineString([(1.12, 8.1), (1.13, 9.3)])
    make_work(session, line, code="L-161", name="Ligne 161 kV Nord")


def _seal(urls: TestUrls, key: SigningKey) -> None:
    def log_and_seal(session: Session) -> None:
        for number in ("PR-2024-0001", "01/2018"):
            session.add(JournalEntry(action="title.grant", subject="title", subject_id=number))
        session.flush()
        seal_once(session, key, "togo")

    filled(urls, log_and_seal)


def _fill_rights(session: Session) -> None:
    gold = make_party(session, "Orpaille du Mono SA (fictive)")
    sand = make_party(session, "Carrières de l'Oti SARL (fictive)")
    make_title(session, square(0.9, 8.9), number="PR-2024-0001", name="Bassar Est", holder=gold)
    make_title(
        session, square(1.2, 8.5), number="01/2018", name="Kpélé", holder=sand,
        substances=("sable",), group="construction", kind="permis-materiaux-construction",
    )  # fmt: skip
    make_application(
        session, square(1.2, 8.2), number="DEM-2026-0001", name="Anié Sud", applicant=gold
    )
