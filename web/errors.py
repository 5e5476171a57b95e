"""Answer a person who meets an error with a page in their language, and the way on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.errors import HTTP_CODES
from web.typed import keep_typed

KNOWN_STATUSES = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)


def register(app: Flask) -> None:
    """Give the one error table of the API the page it shows to people."""
    app.extensions["cadastre-error-page"] = error_page


def error_page(
    status: int, code: str, where: str | None, values: dict[str, Any]
) -> tuple[str, int] | Response:
    """Render what happened and what can be done.

    A refusal of plain HTTP has the page's own words; a refusal of the cadastre says its sentence.
    Who only has to sign in, or lacks the second factor, is led there and back; what they typed
    is kept meanwhile.
    """
    if code == "accounts.sign-in-first" and request.method == "GET":
        return redirect(url_for("account.login", next=came_from()), 302)
    if code == "permissions.second-factor":
        keep_typed(came_from())
        return redirect(url_for("second_factor.ask", next=came_from()), 303)
    if status not in KNOWN_STATUSES:
        status = 500 if status >= 500 else 400
    is_plain = code in HTTP_CODES.values()
    page = render_template(
        "error.html", status=status, code=None if is_plain else code, where=where, values=values
    )
    return page, status


def came_from() -> str:
    """Give the page of ours a form was sent from: the one to come back to."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    parts = urlsplit(request.referrer or "")
    path = f"{parts.path}?{parts.query}".rstrip("?")
    return path if parts.netloc == request.host and path else "/"
