"""Mount the JSON API, the OGC services and the health check on an app."""

from __future__ import annotations

from flask import Flask

from api.errors import register_errors
from api.health import health
from api.ogc.tiles import tile_routes
from api.search import search_routes
from api.session import register_session
from api.state import EXTENSION, CadastreState
from cadastre.config import read_settings

MAX_REQUEST_BYTES = 12 * 1024 * 1024
BLUEPRINTS = (health, search_routes, tile_routes)


def register_api(app: Flask) -> None:
    """Mount everything below ``/api``, ``/ogc`` and ``/healthz``."""
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_CONTENT_LENGTH"] or MAX_REQUEST_BYTES
    if EXTENSION not in app.extensions:
        app.extensions[EXTENSION] = CadastreState(read_settings())
    register_session(app)
    register_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
