"""The pages: a view reads the question, calls one service, shows the answer."""

from __future__ import annotations

from flask import Flask

from web.views import about, account, cases, draw, features, log, map, receipts, search

PAGES = (map, search, features, about, draw, account, cases, receipts, log)


def register_views(app: Flask) -> None:
    """Mount the pages."""
    for page in PAGES:
        app.register_blueprint(page.pages)
