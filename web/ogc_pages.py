"""Show the answers of the OGC services to people: what the JSON says, in the site's frame.

The API knows no pages; it finds this renderer in the app's extensions when the site mounts it.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template, request

from api.ogc.answers import EXTENSION
from api.ogc.links import here
from cadastre.exchange.write import FORMATS

PAGES = {"landing", "conformance", "collections", "collection", "items", "item", "schema"}


def register(app: Flask) -> None:
    """Give the OGC services the pages they show to people."""
    app.extensions[EXTENSION] = render


def render(page: str, body: dict[str, Any]) -> str:
    """Write a page; an answer without one of its own is shown as a list of its links."""
    name = page if page in PAGES else "links"
    return render_template(
        f"ogc/{name}.html", body=body, formats=FORMATS, json_url=here(f="json"),
        up=request.path.rstrip("/").rpartition("/")[0] or "/ogc/",
    )  # fmt: skip
