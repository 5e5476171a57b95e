"""Headers that keep a page to itself: nothing from another host, no inline code."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

PERMISSIONS = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
OPEN_TO_OTHER_SITES = ("/ogc/",)  # map clients on other hosts read the OGC services
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """Have every answer carry the headers, and every template know ``csp_nonce``."""
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """Give the number used once that lets this page's own script elements run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    """Add the security headers; a view that set one of them keeps its own."""
    for name, value in FIXED_HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":  # it may show who is signed in
        response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.path.startswith(OPEN_TO_OTHER_SITES):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    return response
