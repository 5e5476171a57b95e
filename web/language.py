"""Keep a reader's language, and change it without leaving the page."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, request

from api.language import COOKIE, PARAMETER, current_language
from cadastre.vocabulary import Language

ONE_YEAR_S = 31_536_000


def register(app: Flask) -> None:
    """Remember the language a reader asked for."""
    app.after_request(remember_language)


def remember_language(response: Response) -> Response:
    """Keep the language asked for in the address for the pages that follow."""
    wish = request.args.get(PARAMETER)
    if wish in set(Language) and request.cookies.get(COOKIE) != wish:
        response.set_cookie(
            COOKIE, str(wish), max_age=ONE_YEAR_S, samesite="Lax", secure=request.is_secure
        )
    response.vary.add("Accept-Language")
    response.vary.add("Cookie")
    return response


def other_language() -> str:
    """Give the language this page is not in."""
    return Language.EN.value if current_language() == Language.FR else Language.FR.value


def address_in(language: str) -> str:
    """Give the present address in another language, its question kept."""
    question = [
        (name, value) for name, value in request.args.items(multi=True) if name != PARAMETER
    ]
    return f"{request.path}?{urlencode([*question, (PARAMETER, language)])}"
