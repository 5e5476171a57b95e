"""The results page, for whoever has no script or follows a link to a search."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from api.parameters import parse_moment
from api.search import answers

pages = Blueprint("search_page", __name__)
MOST = 50


@pages.get("/search")
def search_page() -> str:
    """Show the search form and what it found."""
    words = request.args.get("q", "").strip()
    results = answers(words, parse_moment(request.args), MOST) if words else []
    return render_template("search.html", q=words, results=results, most=MOST)
