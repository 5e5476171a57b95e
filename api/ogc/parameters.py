"""Read the parameters of the OGC standards, refusing unknown ones as Core demands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import SQLColumnExpression, func

from api.documentation import Parameter
from api.parameters import parse_moment
from api.state import state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.queries.asof import AsOf

MOST = 10_000
LIMIT = Parameter("limit", f"At most so many features, up to {MOST}", "integer", 100)


class UnknownParameter(CadastreError):
    """A query parameter that this address does not know."""


def refuse_unknown(*known: str) -> None:
    """Refuse parameters that are not known, so that a misspelt filter is not taken for none."""
    for name in request.args:
        if name not in known:
            raise UnknownParameter("ogc.unknown-parameter", where=name, known=", ".join(known))


def moment_of(args: Mapping[str, str]) -> tuple[AsOf, SQLColumnExpression[Any] | None]:
    """Read ``at`` or ``datetime``: a moment, and the interval to look through when one is given."""
    text = args.get("datetime")
    if not text:
        return parse_moment(args), None
    start, slash, end = text.partition("/")
    if not slash:
        instant = _instant(start)
        zone = state().ruleset.time_zone
        return AsOf(instant, _local(instant, zone)), None
    interval = func.tstzrange(_bound(start), _bound(end), "[]")
    return parse_moment(args), interval


def _bound(text: str) -> dt.datetime | None:
    return None if text in ("", "..") else _instant(text)


def _instant(text: str) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UnusableInput("http.not-a-date", where="datetime", given=text[:60]) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def _local(instant: dt.datetime, zone: str) -> dt.date:

    return instant.astimezone(ZoneInfo(zone)).date()
