"""Give a collection page by page, each beginning behind the last row of the one before.

A page is found by the values of the last row and never by counting rows, so that rows added or
removed in between shift nothing: what stands throughout is given once.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    false,
    func,
    or_,
    text,
    true,
)
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.queries.cql2.values import value_of
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import Field

SORTABLE = ("string", "number", "integer", "boolean", "date", "date-time")
MOST_SORTS = 5
DECIMALS = 8  # of a degree: about a millimetre
_VALUE = "sort_{}"


@dataclass(frozen=True, slots=True)
class Sort:
    """A field to sort by; absent values come last either way."""

    field: Field
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with their fields, ``key`` and ``geometry``, and the mark of the next page if any."""

    rows: Sequence[Row[Any]]
    following: str | None


def sorts_of(relation: Relation, text: str | None) -> tuple[Sort, ...]:
    """Read ``sortby``: names separated by commas, each perhaps behind + or -.

    Raises
    ------
    UnusableInput
        ``paging.not-sortable``, with the names there are.
    """
    if not text:
        return ()
    known = sortable_fields(relation)
    found = []
    for word in text.split(",")[:MOST_SORTS]:
        name = word.strip().lstrip("+-")
        if name not in known:
            raise UnusableInput(
                "paging.not-sortable", where="sortby", given=name[:60], known=", ".join(known)
            )
        found.append(Sort(known[name], word.strip().startswith("-")))
    return tuple(found)


def sortable_fields(relation: Relation) -> dict[str, Field]:
    """Give the fields that have an order."""
    return {
        name: field for name, field in relation.fields.items()
        if field.filterable and field.type in SORTABLE
    }  # fmt: skip


def find_page(
    session: Session,
    relation: Relation,
    *,
    limit: int,
    sorts: Sequence[Sort] = (),
    after: str | None = None,
    names: tuple[str, ...] | None = None,
    as_geojson: bool = True,
    values: Mapping[str, Any] | None = None,
) -> Page:
    """Give at most ``limit`` rows behind a mark.

    Parameters
    ----------
    names
        The fields wanted; without them, all that the relation shows.
    as_geojson
        ``geometry`` as GeoJSON text, outer rings anticlockwise, to 1e-8 degree; else as WKB.
    values
        The moment, for a relation described at run.

    Raises
    ------
    UnusableInput
        ``paging.not-a-mark``: the mark is not one of this order.
    """
    asked = {**(values or {}), "rows_asked": limit + 1}
    if after is None or sorts:
        query = _page(relation, tuple(sorts), names, as_geojson)
        if after is not None:
            query = query.where(_behind(relation, sorts, _read_mark(after, sorts)))
    else:
        _, asked["after_key"], asked["after_row"] = _read_mark(after, sorts)
        query = _page_behind(relation, names, as_geojson)
    rows = session.connection().execute(query, asked).all()
    shown = rows[:limit]
    return Page(shown, _mark(shown[-1], sorts) if len(rows) > limit else None)


def find_item(
    session: Session,
    relation: Relation,
    key: str,
    *,
    as_geojson: bool = True,
    values: Mapping[str, Any] | None = None,
) -> Row[Any] | None:
    """Give one row, the latest of its key, with the columns of a page."""
    asked = {**(values or {}), "asked_key": key}
    return session.connection().execute(_item(relation, as_geojson), asked).first()


# A statement that is built once is also compiled once; a relation with a filter of its own is a new
# one each time, and soon forgotten.
@lru_cache(maxsize=128)
def _page(
    relation: Relation, sorts: tuple[Sort, ...], names: tuple[str, ...] | None, as_geojson: bool
) -> Select[Any]:
    ordered = _ordered(_columns(relation, sorts, names, as_geojson), relation, sorts)
    return ordered.limit(bindparam("rows_asked", type_=Integer))


@lru_cache(maxsize=128)
def _page_behind(
    relation: Relation, names: tuple[str, ...] | None, as_geojson: bool
) -> Select[Any]:
    key, row_id = bindparam("after_key", type_=Text), bindparam("after_row", type_=BigInteger)
    behind = _behind(relation, (), ([], key, row_id))
    return _page(relation, (), names, as_geojson).where(behind)


@lru_cache(maxsize=128)
def _item(relation: Relation, as_geojson: bool) -> Select[Any]:
    query = _columns(relation, (), None, as_geojson)
    mine = relation.key == bindparam("asked_key", type_=Text)
    return query.where(mine).order_by(relation.row_id.desc()).limit(1)


def _columns(
    relation: Relation, sorts: Sequence[Sort], names: tuple[str, ...] | None, as_geojson: bool
) -> Select[Any]:
    return relation.select(
        *relation.columns(names),
        *(sort.field.expression.label(_VALUE.format(n)) for n, sort in enumerate(sorts)),
        relation.key.label("key"),
        relation.row_id.label("row_id"),
        _geometry(relation, as_geojson).label("geometry"),
    )


def settled_at(session: Session) -> dt.datetime:
    """Give the last instant before which no transaction of the application is still under way.

    What was recorded by then stays as it is: pages sorted by a value that may change are read as
    known at that instant. A transaction older than a minute is not waited for.
    """
    asked = text(
        "SELECT greatest(least(statement_timestamp(), min(xact_start)),"
        " statement_timestamp() - interval '1 minute') FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    instant: dt.datetime = session.execute(asked).scalar_one()
    return instant


def _geometry(relation: Relation, as_geojson: bool) -> SQLColumnExpression[Any]:
    if not as_geojson:
        return func.ST_AsBinary(relation.geometry)
    return func.ST_AsGeoJSON(func.ST_ForcePolygonCCW(relation.geometry), DECIMALS)


def _ordered(query: Select[Any], relation: Relation, sorts: Sequence[Sort]) -> Select[Any]:
    order = [
        (sort.field.expression.desc() if sort.descending else sort.field.expression.asc())
        .nulls_last()
        for sort in sorts
    ]  # fmt: skip
    return query.order_by(*order, relation.key, relation.row_id)


def _behind(
    relation: Relation, sorts: Sequence[Sort], mark: tuple[list[Any], Any, Any]
) -> SQLColumnExpression[bool]:
    """Say “behind the mark” so that an index on the key still leads there."""
    values, key, row_id = mark
    last = and_(relation.key >= key, or_(relation.key > key, relation.row_id > row_id))
    for sort, value in reversed(list(zip(sorts, values, strict=True))):
        column = sort.field.expression
        further: SQLColumnExpression[bool] = false()
        if value is None:
            same: SQLColumnExpression[bool] = column.is_(None)
        else:
            bound = value_of(sort.field, value)
            beyond = column < bound if sort.descending else column > bound
            further, same = or_(beyond, column.is_(None)), column == bound
        last = or_(further, and_(same, last))
    return and_(true(), last)


def _mark(row: Row[Any], sorts: Sequence[Sort]) -> str:
    values = [getattr(row, _VALUE.format(number)) for number in range(len(sorts))]
    return encode_mark(_names(sorts), values, row.key, row.row_id)


def encode_mark(names: list[str], values: list[Any], key: str, row_id: int) -> str:
    """Write the mark of the page behind a row: what it was sorted by, its key, its row."""
    written = json.dumps([names, values, key, row_id], default=_iso)
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_mark(text: str, sorts: Sequence[Sort]) -> tuple[list[Any], str, int]:
    try:
        padded = text[:2000] + "=" * (-len(text) % 4)
        names, values, key, row_id = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        raise UnusableInput("paging.not-a-mark", where="after") from None
    is_ours = names == _names(sorts) and isinstance(values, list) and len(values) == len(sorts)
    if not (is_ours and isinstance(key, str) and "\0" not in key and type(row_id) is int
            and abs(row_id) < 2**62):  # fmt: skip
        raise UnusableInput("paging.not-a-mark", where="after")
    return values, key, row_id


def _names(sorts: Sequence[Sort]) -> list[str]:
    return [f"{'-' if sort.descending else ''}{sort.field.name}" for sort in sorts]


def _iso(value: Any) -> str | float:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else float(value)
