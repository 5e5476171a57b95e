"""Refuse texts that are too large before any work is done on them."""

from __future__ import annotations

import re

from cadastre.errors import TooLarge, UnusableInput

MAX_BYTES = 2_000_000
MAX_CORNERS = 500
# What no table of corners looks like: searching it for patterns takes seconds to minutes.
MAX_CHARACTERS = 200_000
MAX_LINE = 20_000
MAX_LINES = 20_000
MAX_WORD = 1_000
# A corner is at most a label and six numbers, each perhaps cut in three by spaces; laws and dates
# come extra.
_MAX_NUMBERS = 20_000
# Label and six numbers each on a line of their own.
_MAX_LINES = MAX_CORNERS * 7
_DIGITS = re.compile(r"\d+")


def check_text(text: str) -> None:
    """Refuse a text that is too large, in one piece, or with more numbers than 500 corners need.

    Raises
    ------
    TooLarge
        ``corners.too-long``, ``corners.no-table`` or ``corners.too-many``.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise TooLarge("corners.too-long", limit_mb=MAX_BYTES // 1_000_000)
    if (
        len(text) > MAX_CHARACTERS
        or text.count("\n") > MAX_LINES
        or max(map(len, text.splitlines()), default=0) > MAX_LINE
        or max(map(len, text.split()), default=0) > MAX_WORD
    ):
        raise TooLarge("corners.no-table")
    for numbers, _ in enumerate(_DIGITS.finditer(text), 1):
        if numbers > _MAX_NUMBERS:
            raise TooLarge("corners.too-many", limit=MAX_CORNERS)


def check_lines(count: int) -> None:
    """Refuse more lines of data than 500 corners can fill, one cell to a line.

    Raises
    ------
    TooLarge
        ``corners.too-many``.
    """
    if count > _MAX_LINES:
        raise TooLarge("corners.too-many", limit=MAX_CORNERS)


def check_rows(count: int) -> None:
    """Refuse more than 500 corners, before any geometry is made.

    Raises
    ------
    TooLarge
        ``corners.too-many``.
    """
    if count > MAX_CORNERS:
        raise TooLarge("corners.too-many", count=count, limit=MAX_CORNERS)


def check_enough(count: int, read: str) -> None:
    """Refuse fewer than three corners, telling those that were read.

    Raises
    ------
    UnusableInput
        ``corners.nothing-found`` or ``corners.too-few``.
    """
    if count == 0:
        raise UnusableInput("corners.nothing-found")
    if count < 3:
        raise UnusableInput("corners.too-few", count=count, read=read)
