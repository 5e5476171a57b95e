"""Serve a small register: the site on a test database, everything undone after each test."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import LineString, Point
from sqlalchemy.orm import Session

from api import session as api_session
from api.limits import limiter
from cadastre.config import read_settings
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
from web.app import create_app


@pytest.fixture(scope="session")
def app(app_database_url: str) -> Flask:
    """Make the site on this worker's database."""
    limiter.enabled = False
    return site_over(app_database_url)


@functools.cache
def site_over(url: str) -> Flask:
    """Make the site once, also for test modules elsewhere that take the fixture over by name."""
    settings = read_settings(
        {"CADASTRE_DATABASE_URL": url, "CADASTRE_APP_DATABASE_URL": url,
         "CADASTRE_SECRET_KEY": "only-for-tests-" * 3}
    )  # fmt: skip
    app = create_app(settings)
    app.config.update(TESTING=False)
    return app


@pytest.fixture
def client(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """Give a client whose requests see what the test put into its own transaction."""
    monkeypatch.setattr(api_session, "open_session", lambda *_: _Borrowed(session))
    with app.test_client() as client:
        yield client


class _Borrowed:
    """The test's session, of which a request may neither commit the outside nor close it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str):
        return getattr(self._session, name)

    def close(self) -> None:
        """Leave it open for the test."""


@pytest.fixture
def register(session: Session) -> Session:
    """Fill the register: a country, two titles, an application, a zone, a work, a town."""
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
    make_title(
        session,
        square(0.5, 8.0),
        number="PR/2024/0001",
        name="Bassar Centre",
        holder=make_party(session, "Société des Mines du Mono"),
        substances=("fer",),
        group="ferrous",
    )
    person = make_party(session, "Une Personne Privée", kind="person")
    make_title(session, square(0.9, 8.9), number="PR/2024/0002", holder=person)
    make_application(session, square(1.2, 8.2), number="DEM-2026-000001", name="Kara Est")
    make_zone(session, square(0.6, 9.2), code="Z-FAZAO", name="Fazao-Malfakassa")
    make_work(
        session, LineString([(0.4, 8.05), (0.7, 8.05)]), code="W-1", name="Ligne Kara - Mango"
    )
    make_base_map(session, Point(1.18, 9.55), layer="towns", name="Kara", importance=6)
    session.flush()
    return session


@pytest.fixture
def today() -> dt.date:
    """Give a day on which everything of the register is in force."""
    return dt.date(2026, 6, 1)
