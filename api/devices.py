"""Remember, in a browser, the accounts that signed in with it: their owner is not slowed there."""

from __future__ import annotations

import secrets

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

COOKIE = "cadastre_device"
YEAR_S = 365 * 24 * 3600
MOST_ACCOUNTS = 5


def device_for(email: str) -> str:
    """Give the mark of this browser for an account that signed in with it; else nothing."""
    return _known().get(_key(email), "")


def remember_device(email: str) -> None:
    """Note in the browser that this account signed in with it."""
    known = _known()
    known.setdefault(_key(email), secrets.token_urlsafe(9))
    kept = dict(list(known.items())[-MOST_ACCOUNTS:])
    value = _serializer().dumps(kept)

    def attach(response: Response) -> Response:
        response.set_cookie(
            COOKIE, value, max_age=YEAR_S, httponly=True, samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
        return response

    after_this_request(attach)


def _known() -> dict[str, str]:
    try:
        known = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=YEAR_S)
    except BadSignature:
        return {}
    return known if isinstance(known, dict) else {}


def _key(email: str) -> str:
    return email.strip().lower()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="cadastre-device")
