"""The pages: a view reads the question, calls one service, shows the answer."""

from __future__ import annotations

from flask import Flask

from web.views import (
    about,
    account,
    acts,
    cases,
    certificates,
    draw,
    features,
    log,
    map,
    proposals,
    receipts,
    search,
    verify,
)

PAGES = (
    map,
    search,
    features,
    about,
    draw,
    account,
    cases,
    receipts,
    log,
    acts,
    proposals,
    verify,
    certificates,
)
PEOPLE = (registration, second_factor, again, people, keys, administration, identity)


def register_views(app: Flask) -> None:
    """Mount the pages."""
    for page in (*PAGES, *PEOPLE):
        app.register_blueprint(page.pages)
