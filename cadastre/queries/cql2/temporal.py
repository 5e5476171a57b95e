"""Compare moments and intervals by Allen's relations, as CQL2 names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, DateTime, SQLColumnExpression, and_, cast, func, literal, not_, or_

from cadastre.queries.cql2.tree import Node, not_supported
from cadastre.queries.cql2.values import moment_of, wrong_type
from cadastre.queries.visibility import Field

Fields = Callable[[Node], Field]
OPEN = ("..", "")


@dataclass(frozen=True, slots=True)
class Span:
    """A beginning and an end, the same for a moment; ``by_day`` when nothing finer is meant."""

    start: SQLColumnExpression[Any]
    end: SQLColumnExpression[Any]
    by_day: bool


def _disjoint(a: Span, b: Span) -> SQLColumnExpression[bool]:
    return or_(a.end < b.start, a.start > b.end)


RELATIONS: Mapping[str, Callable[[Span, Span], SQLColumnExpression[bool]]] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: and_(a.start < b.start, a.end > b.end),
    "t_disjoint": _disjoint,
    "t_during": lambda a, b: and_(a.start > b.start, a.end < b.end),
    "t_equals": lambda a, b: and_(a.start == b.start, a.end == b.end),
    "t_finishedby": lambda a, b: and_(a.start < b.start, a.end == b.end),
    "t_finishes": lambda a, b: and_(a.start > b.start, a.end == b.end),
    "t_intersects": lambda a, b: not_(_disjoint(a, b)),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: and_(a.start > b.start, a.start < b.end, a.end > b.end),
    "t_overlaps": lambda a, b: and_(a.start < b.start, a.end > b.start, a.end < b.end),
    "t_startedby": lambda a, b: and_(a.start == b.start, a.end > b.end),
    "t_starts": lambda a, b: and_(a.start == b.start, a.end < b.end),
}


def compare(name: str, left: Node, right: Node, field_of: Fields) -> SQLColumnExpression[bool]:
    """Compile ``t_…``; days are compared as days unless either side is finer.

    Raises
    ------
    UnusableInput
        ``filter.wrong-type``, ``filter.not-supported``.
    """
    one, other = _span(left, field_of), _span(right, field_of)
    by_day = one.by_day and other.by_day
    return RELATIONS[name](_as(one, by_day), _as(other, by_day))


def _as(span: Span, by_day: bool) -> Span:
    if by_day:
        return span
    # Days begin at midnight UTC, whatever the zone of the database's session.
    start, end = (func.timezone("UTC", cast(e, DateTime)) if span.by_day else e
                  for e in (span.start, span.end))  # fmt: skip
    return Span(start, end, False)


def _span(node: Node, field_of: Fields) -> Span:
    if isinstance(node, dict) and "interval" in node:
        ends = node["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise not_supported("INTERVAL")
        by_day = all(_is_by_day(end, field_of) for end in ends)
        return Span(
            _end(ends[0], "-infinity", by_day, field_of),
            _end(ends[1], "infinity", by_day, field_of),
            by_day,
        )
    by_day = _is_by_day(node, field_of)
    moment = _moment(node, by_day, field_of)
    return Span(moment, moment, by_day)


def _is_by_day(node: Node, field_of: Fields) -> bool:
    if isinstance(node, dict) and "property" in node:
        return field_of(node).type == "date"
    return node in OPEN or not isinstance(moment_of(node), dt.datetime)


def _end(node: Node, infinity: str, by_day: bool, field_of: Fields) -> SQLColumnExpression[Any]:
    """Give an end of an interval; where it is open, or a date of the row is missing, infinity."""
    endless = cast(literal(infinity), Date() if by_day else DateTime(timezone=True))
    if node in OPEN:
        return endless
    moment = _moment(node, by_day, field_of)
    is_column = isinstance(node, dict) and "property" in node
    return func.coalesce(moment, endless) if is_column else moment


def _moment(node: Node, by_day: bool, field_of: Fields) -> SQLColumnExpression[Any]:
    kind = Date() if by_day else DateTime(timezone=True)
    if isinstance(node, dict) and "property" in node:
        field = field_of(node)
        if field.type not in ("date", "date-time"):
            raise wrong_type(field, "T_…")
        if field.type == "date" and not by_day:
            return func.timezone("UTC", cast(field.expression, DateTime))
        return field.expression
    moment = moment_of(node)
    if moment is None:
        raise not_supported(str(node))
    if not by_day and not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time.min, dt.UTC)
    return cast(literal(moment), kind)
