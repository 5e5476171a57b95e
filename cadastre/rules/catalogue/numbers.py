"""Read a number as people write it, in French or in English, and never guess.

``1 234,5`` and ``1,234.5`` are the same number. ``1,234`` is twelve hundred in English and a little
over one in French: it is read in the language of the page, and a point that could be either is
asked again.
"""

from __future__ import annotations

import re

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue.told import told

SPACES = dict.fromkeys(map(ord, "\u0020\u00a0\u202f\u2009\u2007'’"))
PLAIN = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d{1,12})?|[^\s'’]+")
LARGEST = 1e15


def read_number(given: object, language: str = "fr") -> int | float:
    """Read a number, whole where it is whole.

    Raises
    ------
    UnusableInput
        ``form.not-a-number``, or ``form.number-unclear`` when it can be read in two ways.
    """
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise UnusableInput("form.not-a-number", given=told(given))
    value = _of_text(given, language) if isinstance(given, str) else given
    if not abs(value) <= LARGEST:  # neither infinite nor NaN is
        raise UnusableInput("form.not-a-number", given=told(given))
    return int(value) if value == int(value) else value


def _of_text(given: str, language: str) -> float:
    text = given.strip().replace("−", "-")
    if not GROUPED.fullmatch(text):
        raise UnusableInput("form.not-a-number", given=told(given))
    joined = _with_point(text.translate(SPACES), language, given)
    if not PLAIN.fullmatch(joined):
        raise UnusableInput("form.not-a-number", given=told(given))
    return float(joined)


def _with_point(text: str, language: str, given: str) -> str:
    """Write a number with a point before its decimals and nothing between its thousands."""
    commas, points = text.count(","), text.count(".")
    if commas and points:
        decimal = max(",.", key=text.rfind)
        grouping = "," if decimal == "." else "."
        return _joined(text, grouping, decimal)
    if commas + points == 0:
        return text
    mark = "," if commas else "."
    if commas + points > 1:
        return _joined(text, mark, None)
    usual = "," if language == "fr" else "."
    if mark == usual or not _could_group(text, mark):
        return text.replace(mark, ".")
    if mark == "," and language == "en":
        return text.replace(mark, "")
    raise UnusableInput(
        "form.number-unclear", given=told(given), thousand=text.replace(mark, ""),
        decimal=text.replace(mark, "," if language == "fr" else "."),
    )  # fmt: skip


def _could_group(text: str, mark: str) -> bool:
    head, _, tail = text.lstrip("+-").partition(mark)
    return len(tail) == 3 and 1 <= len(head) <= 3 and not head.startswith("0")


def _joined(text: str, grouping: str, decimal: str | None) -> str:
    """Take out the signs between thousands, which must stand every three digits."""
    whole, _, decimals = text.partition(decimal) if decimal else (text, "", "")
    groups = whole.lstrip("+-").split(grouping)
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        return "?"
    return whole.replace(grouping, "") + (f".{decimals}" if decimal else "")
