"""Put the site together: the API, the pages and what both answer with."""

from __future__ import annotations

import secrets

from flask import Flask

from api.app import register_api
from api.state import EXTENSION, CadastreState, warm
from cadastre.config import Settings, read_settings
from cadastre.errors import NotAvailable
from web import access, compression, errors, language, ogc_pages, rendering, security, static_files
from web.views import register_views


def create_app(settings: Settings | None = None, *, warmed: bool = False) -> Flask:
    """Make the WSGI application (``gunicorn 'web.app:create_app()'``).

    The database is opened at the first request that needs it, so that a site whose database is
    late still answers with a sentence. ``warmed`` reads law, services and procedures now, not at
    the first visitor's expense.

    Raises
    ------
    NotAvailable
        A production site was given no secret to sign its sessions with, no key for the secrets of
        authenticators, or not the address it is reached at.
    """
    settings = settings or read_settings()
    app = Flask(__name__, static_folder=None)
    app.config.update(session_config(settings))
    app.extensions[EXTENSION] = CadastreState(settings)
    register_api(app)
    for part in (compression, security, static_files, language, rendering, errors, ogc_pages):
        part.register(app)
    register_views(app)
    access.register(app)
    if warmed:
        warm(app.extensions[EXTENSION])
    return app


def session_config(settings: Settings) -> dict[str, object]:
    """Say how sessions are signed and kept; a demonstration may forget them at each start."""
    if settings.secret_key is None and not settings.is_demo:
        raise NotAvailable("config.no-secret", where="CADASTRE_SECRET_KEY")
    if settings.public_url is None and not settings.is_demo:
        raise NotAvailable("config.no-public-url", where="CADASTRE_PUBLIC_URL")
    return {
        "SECRET_KEY": settings.secret_key or secrets.token_hex(32),
        "SESSION_COOKIE_NAME": "cadastre_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not settings.is_demo,
    }
