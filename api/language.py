"""Choose the language of an answer: asked for, remembered, preferred, else French."""

from __future__ import annotations

from flask import g, has_request_context, request

from cadastre.vocabulary import Language

COOKIE = "lang"
PARAMETER = "lang"


def current_language() -> str:
    """Give ``fr`` or ``en``: ``?lang=``, else the cookie, else Accept-Language, else French."""
    if not has_request_context():
        return Language.FR.value
    if "language" not in g:
        g.language = _choose()
    chosen: str = g.language
    return chosen


def _choose() -> str:
    known = [language.value for language in Language]
    for asked in (request.args.get(PARAMETER), request.cookies.get(COOKIE)):
        if asked in known:
            return str(asked)
    return request.accept_languages.best_match(known) or Language.FR.value
