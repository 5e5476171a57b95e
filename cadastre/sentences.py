"""Say coded facts in French and English.

Every code of an error, a note, a question or a finding has its sentence in
``data/sentences/<room>.yaml``, both languages side by side, so that a jurist or a translator
corrects words without touching code::

    corners.minutes-too-large:
      fr: "Sommet {corner} : {value} minutes ; il en faut moins de 60."
      en: "Corner {corner}: {value} minutes; there must be fewer than 60."

Numbers and dates are written in the manner of the language (decimal comma in French).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel.dates import format_date, format_datetime
from babel.numbers import get_decimal_symbol, get_group_symbol

from cadastre.config import read_settings
from cadastre.vocabulary import Language

# English as it is written in this region: the day before the month.
LOCALES = {"fr": "fr", "en": "en_GB"}
YES_NO = {"fr": ("non", "oui"), "en": ("no", "yes")}


@cache
def load_sentences(folder: Path) -> dict[str, dict[str, str]]:
    """Load every sentence below a folder: code to {language: template}.

    Raises
    ------
    ValueError
        A code stands twice, or lacks a language; the message names file and code.
    """
    sentences: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for code, words in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            if code in sentences:
                raise ValueError(f"{path}: {code} is already said elsewhere")
            if set(words) != set(Language):
                raise ValueError(f"{path}: {code} must be said in {', '.join(Language)}")
            sentences[code] = words
    return sentences


def say(code: str, language: str = Language.FR, /, **values: Any) -> str:
    """Say a code in a language; a code without a sentence is said as it is."""
    words = load_sentences(_folder(os.environ.get("CADASTRE_DATA"))).get(code)
    if words is None:
        return code
    template = words[language]
    written = {
        name: _write(values[name], language) for name in _places(template) if name in values
    }
    return template.format_map(_Spelled(written))


def say_all(code: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Say a code in every language."""
    return {language.value: say(code, language, **values) for language in Language}


@cache
def _folder(_data: str | None) -> Path:
    """Find the sentences once for each value of CADASTRE_DATA: a check says hundreds of them."""
    return read_settings().data / "sentences"


@cache
def _places(template: str) -> tuple[str, ...]:
    """List the values a template names, so that only those are written out."""
    return tuple({name for _, name, _, _ in Formatter().parse(template) if name})


@cache
def _marks(language: str) -> dict[int, str]:
    """Give the signs a language puts for the comma and point of an English number."""
    return str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)})


def _number(value: float, language: str) -> str:
    """Write a number with at most four decimals; babel's own way costs twenty times more."""
    plain = f"{value:,.4f}".rstrip("0").rstrip(".")
    return ("0" if plain == "-0" else plain).translate(_marks(language))


def write_day(value: dt.date, language: str, form: str = "long") -> str:
    """Write a day in the manner of the language: 24 novembre 2026, 24 November 2026."""
    return format_date(value, form, locale=LOCALES[language])


def write_instant(value: dt.datetime, language: str) -> str:
    """Write an instant to the second with its zone, in the manner of the language."""
    return format_datetime(value, "long", locale=LOCALES[language])


class _Spelled(dict[str, str]):
    """Leave a placeholder readable when its value was not given, rather than fail a request."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _write(value: Any, language: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return YES_NO[language][value]
    if isinstance(value, (int, float)):
        return _number(value, language)
    if isinstance(value, dt.datetime):
        return write_instant(value, language)
    if isinstance(value, dt.date):
        return write_day(value, language)
    if isinstance(value, Mapping):
        return _write(value.get(language), language)
    if isinstance(value, (list, tuple)):
        return ", ".join(_write(item, language) for item in value)
    return str(value)
