"""Read the parameters that several routes share, refusing what is not understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

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


def parse_known(args: Mapping[str, str]) -> dt.datetime | None:
    """Read ``known``: the instant (ISO 8601 with its offset) or the day until whose end to know.

    Raises
    ------
    UnusableInput
        ``http.not-a-date``, or ``http.in-the-future``: nobody knows it yet.
    """
    text = args.get("known")
    if not text:
        return None
    known_at = instant_of(text, state().ruleset.time_zone)
    if known_at > dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
        raise UnusableInput("http.in-the-future", where="known", given=text[:40])
    return known_at


def instant_of(text: str, time_zone: str) -> dt.datetime:
    """Read an instant, or a day as its last instant on the legal clock."""
    try:
        if len(text) > len("2026-11-24"):
            instant = dt.datetime.fromisoformat(text.replace(" ", "+"))
            return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(time_zone))
    except ValueError:
        raise UnusableInput("http.not-a-date", where="known", given=text[:40]) from None
    return as_of(parse_day(text, "known"), time_zone).instant


def parse_day(text: str | None, where: str = "at") -> dt.date | None:
    """Read a day written ``2026-11-24``."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UnusableInput("http.not-a-date", where=where, given=text[:40]) from None


def parse_year(args: Mapping[str, str]) -> int | None:
    """Read ``year``, a calendar year."""
    text = args.get("year")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1800 <= int(text[:5]) <= 9000):
        raise UnusableInput("http.not-a-date", where="year", given=text[:20])
    return int(text)


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
