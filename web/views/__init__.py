"""The pages: a view reads the question, calls one service, shows the answer."""

from __future__ import annotations

import logging
from importlib import import_module

from flask import Flask

PAGES = (
    "map",
    "search",
    "features",
    "about",
    "draw",
    "account",
    "receipts",
)
log = logging.getLogger(__name__)


def register_views(app: Flask) -> None:
    """Mount the pages. TODO: plain imports once every page has landed."""
    for name in PAGES:
        try:
            module = import_module(f"web.views.{name}")
        except ImportError as error:
            log.warning("page %s is not there yet: %s", name, error)
            continue
        app.register_blueprint(module.pages)
