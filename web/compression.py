"""Compress what is made on the way, for the slow lines it goes over (quality C3)."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

SMALLEST_BYTES = 800
TEXT_TYPES = (
    "text/html",
    "text/css",
    "image/svg+xml",
    "application/json",
    "application/geo+json",
    "application/problem+json",
)
BROTLI_QUALITY = 5
GZIP_LEVEL = 6


def register(app: Flask) -> None:
    """Compress text answers that nothing compressed before."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Compress a text answer in the best manner the browser takes.

    Session cookies are SameSite=Lax, so another site cannot make a signed-in browser ask for pages
    again and again to measure them (the BREACH attack).
    """
    if not _is_worth_it(response):
        return response
    response.vary.add("Accept-Encoding")
    wanted = request.accept_encodings
    if "br" in wanted:
        response.set_data(brotli.compress(response.get_data(), quality=BROTLI_QUALITY))
        response.headers["Content-Encoding"] = "br"
    elif "gzip" in wanted:
        response.set_data(gzip.compress(response.get_data(), GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_worth_it(response: Response) -> bool:
    if response.is_streamed or response.direct_passthrough:
        return False
    if "Content-Encoding" in response.headers:
        return False
    if response.mimetype not in TEXT_TYPES or response.status_code in (204, 206, 304):
        return False
    return len(response.get_data()) >= SMALLEST_BYTES
