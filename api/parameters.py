"""Read the parameters that several routes share, refusing what is not understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from api.state import state
from cadastre.errors import UnusableInput
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.relation import Box, box_of


def parse_moment(args: Mapping[str, str]) -> AsOf:
    """Read ``at`` (a day, ISO 8601) on the legal clock; without it, now.

    Raises
    ------
    UnusableInput
        ``http.not-a-date``.
    """
    return as_of(parse_day(args.get("at")), state().ruleset.time_zone)


def parse_day(text: str | None) -> dt.date | None:
    """Read a day written ``2026-11-24``."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UnusableInput("http.not-a-date", where="at", given=text[:40]) from None


def parse_bbox(text: str | None) -> Box | None:
    """Read ``west,south,east,north`` in degrees; a height in it is dropped.

    Raises
    ------
    UnusableInput
        ``http.not-a-box``: not four or six finite numbers, or south above north.
    """
    try:
        return None if not text else box_of(text)
    except ValueError:
        raise UnusableInput("http.not-a-box", where="bbox", given=(text or "")[:80]) from None


def parse_count(text: str | None, name: str, default: int, most: int) -> int:
    """Read a whole number from 1, brought down to ``most``."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < 1:
        raise UnusableInput("http.not-a-count", where=name, given=text[:20])
    return min(int(text[:9]), most)
