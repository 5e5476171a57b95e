"""Give templates the words, dates and numbers of the reader's language."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Flask

from api.language import current_language
from api.state import now, state
from cadastre.sentences import load_sentences, say, write_day, write_instant
from web.language import address_in, other_language
from web.navigation import allowed, navigation


def register(app: Flask) -> None:
    """Give every template ``t`` and the facts its frame shows."""
    app.jinja_env.globals.update(t=t, sentences=sentences)
    app.jinja_env.filters.update(day=day, instant=instant, number=number, capitalised=capitalised)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """Give what the base template needs on every page."""
    return {
        "language": current_language(),
        "other_language": other_language(),
        "other_language_url": address_in(other_language()),
        "address_in": address_in,
        "is_demo": state().settings.is_demo,
        "is_practice": state().settings.is_practice,
        "data_day": now().day,
        "navigation": navigation,
        "allowed": allowed,
    }


def t(code: str, **values: Any) -> str:
    """Say a page text in the reader's language."""
    return say(code, current_language(), **values)


def sentences(*prefixes: str) -> dict[str, str]:
    """Give the sentences whose codes begin with one of the prefixes, for a page's script."""
    language = current_language()
    every = load_sentences(state().settings.data / "sentences")
    return {code: words[language] for code, words in every.items() if code.startswith(prefixes)}


def day(value: dt.date | None, form: str = "long") -> str:
    """Write a day in the manner of the language; a dash where there is none."""
    return "—" if value is None else write_day(value, current_language(), form)


def instant(value: dt.datetime | None) -> str:
    """Write an instant to the second, on the clock of the law and with its zone's name."""
    if value is None:
        return "—"
    legal = value.astimezone(ZoneInfo(state().ruleset.time_zone))
    return write_instant(legal, current_language())


def number(value: float | None, digits: int = 2) -> str:
    """Write a number with at most so many decimals, in the manner of the language."""
    if value is None:
        return "—"
    # Babel's own pattern stops at three decimals; coordinates need seven.
    return format_decimal(
        round(value, digits), locale=current_language(), decimal_quantization=False
    )


def capitalised(words: str) -> str:
    """Begin a label with a capital and leave the rest as written."""
    return words[:1].upper() + words[1:]
