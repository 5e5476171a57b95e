"""Answer as JSON to programs and as a page to people, with a tag that spares the second journey."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from api.ogc.links import GEOJSON, HTML, JSON, here, link
from api.representation import json_response
from cadastre.errors import UnusableInput

EXTENSION = "cadastre-ogc-page"  # the pages put their renderer there when they are mounted
FORMS = ("json", "html", "tilejson")
REGISTER_AGE_S = 15  # an application must show soon after it is filed
Renderer = Callable[[str, dict[str, Any]], str]


def renderer() -> Renderer | None:
    """Give what writes pages for people; None where no pages are mounted."""
    found: Renderer | None = current_app.extensions.get(EXTENSION)
    return found


def wants_page() -> bool:
    """Tell whether a person asks: ``f=html``, or a browser that prefers HTML.

    Raises
    ------
    UnusableInput
        ``ogc.form``: another ``f``.
    """
    form = request.args.get("f")
    if form is not None:
        if form not in FORMS:
            raise UnusableInput("ogc.form", where="f", given=form[:40], known=", ".join(FORMS))
        return form == "html" and renderer() is not None
    best = request.accept_mimetypes.best_match((JSON, GEOJSON, "application/schema+json", HTML))
    return best == HTML and renderer() is not None


def answer(
    page: str, body: dict[str, Any], content_type: str = JSON, **headers: str
) -> Response:
    """Give a body as JSON or as the named page, each linked to the other."""
    if wants_page():
        write = renderer()
        assert write is not None
        response = Response(write(page, body), content_type="text/html; charset=utf-8")
    else:
        other = link(here(f="html"), "alternate", HTML)
        body = {**body, "links": [*body.get("links", []), other]} if renderer() else body
        response = json_response(body, content_type=content_type)
    return kept(response, **headers)


def kept(response: Response, **headers: str) -> Response:
    """Let clients keep an answer for a moment, and ask later whether it has changed."""
    if "html" not in (response.content_type or ""):
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        response.cache_control.public = True
        response.cache_control.max_age = REGISTER_AGE_S
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    response.make_conditional(request)
    return response
