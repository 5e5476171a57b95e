"""Write a fact of the register as a person reads it, in the manner of the language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def write_value(value: Any, language: str) -> str:
    """Write numbers to two decimals, ISO days and instants in words, the rest as it stands."""
    if isinstance(value, bool) or value is None:
        return "—" if value is None else str(value)
    if isinstance(value, (int, float)):
        return format_decimal(round(value, 2), locale=language)
    text = str(value)
    if ISO_DAY.fullmatch(text):
        return format_date(dt.date.fromisoformat(text), "long", locale=language)
    if ISO_INSTANT.match(text):
        return format_datetime(dt.datetime.fromisoformat(text), "long", locale=language)
    return text
