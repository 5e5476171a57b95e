"""The public map and register: the first page."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("map", __name__)


@pages.get("/")
def index() -> str:
    """Show the search field, its explanation, the legend and, with a script, the map."""
    return render_template("map.html")
