"""Ask the pages about people, as the application's own role, everything undone after each test."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from api import session as api_session
from cadastre.config import read_settings
from tests.api.conftest import _Borrowed
from tests.web.people.asking import Browser
from web.app import create_app


@pytest.fixture(scope="session")
def app(app_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Make the site on this worker's database."""
    return create_app(
        read_settings(
            {
                "CADASTRE_DATABASE_URL": app_database_url,
                "CADASTRE_APP_DATABASE_URL": app_database_url,
                "CADASTRE_SECRET_KEY": "only-for-tests-" * 3,
                "CADASTRE_HOME": str(tmp_path_factory.mktemp("home")),
            }
        )
    )


@pytest.fixture
def browser(
    app: Flask, app_session: Session, monkeypatch: pytest.MonkeyPatch
) -> Browser:
    """Give a browser whose requests see what the test put into its own transaction."""
    monkeypatch.setattr(api_session, "open_session", lambda *_: _Borrowed(app_session))
    return Browser(app.test_client(), app_session)


@pytest.fixture
def another(browser: Browser, app: Flask, app_session: Session) -> Browser:
    """Give a second browser of somebody else."""
    return Browser(app.test_client(), app_session)
