"""Ask any collection of the read model in one way: fields, a place, a filter, an order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import FromClause, Row, Select, SQLColumnExpression, bindparam, func, select
from sqlalchemy.orm import Session

from cadastre.queries.visibility import Field, Viewer, allowed_fields

Box = tuple[float, float, float, float]
BOX_NAMES = ("box_west", "box_south", "box_east", "box_north")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Relation:
    """A collection seen by a viewer at a moment: its public fields over its joined tables.

    ``key`` is the public identifier (a number or code); ties of any order are broken by ``row_id``.
    ``period`` is when a row holds, where the register knows it.
    """

    collection: str
    source: FromClause
    key: SQLColumnExpression[str]
    row_id: SQLColumnExpression[int]
    geometry: SQLColumnExpression[Any]
    fields: Mapping[str, Field]
    period: SQLColumnExpression[Any] | None = None
    where: tuple[SQLColumnExpression[bool], ...] = ()

    def seen_by(self, viewer: Viewer) -> Relation:
        """Drop the fields that a viewer may not be shown."""
        return replace(self, fields=allowed_fields(self.fields, viewer))

    def narrowed(self, *conditions: SQLColumnExpression[bool]) -> Relation:
        """Add conditions."""
        return replace(self, where=(*self.where, *conditions))

    def within(self, bbox: Box) -> Relation:
        """Keep what meets a box in EPSG:4326: west, south, east, north, in degrees."""
        box = func.ST_MakeEnvelope(*bbox, 4326)
        return self.narrowed(self.geometry.op("&&")(box), func.ST_Intersects(self.geometry, box))

    def within_asked(self) -> Relation:
        """Keep what meets a box that is given at run: ``box_values`` with each question."""
        box = func.ST_MakeEnvelope(*map(bindparam, BOX_NAMES), 4326)
        return self.narrowed(self.geometry.op("&&")(box), func.ST_Intersects(self.geometry, box))

    def columns(self, names: tuple[str, ...] | None = None) -> list[SQLColumnExpression[Any]]:
        """Give labelled columns, all of them or those named that the viewer may see."""
        chosen = self.fields if names is None else [n for n in names if n in self.fields]
        return [self.fields[name].expression.label(name) for name in chosen]

    def select(self, *columns: SQLColumnExpression[Any]) -> Select[Any]:
        """Select columns under the relation's conditions, without an order."""
        return select(*columns).select_from(self.source).where(*self.where)


def box_values(bbox: Box) -> dict[str, float]:
    """Give the box of a relation :meth:`Relation.within_asked`."""
    return dict(zip(BOX_NAMES, bbox, strict=True))


def box_of(text: str) -> Box:
    """Read ``west,south,east,north`` in degrees; heights of a box of six numbers are dropped.

    Raises
    ------
    ValueError
        Not four or six finite numbers, outside the world, or south above north.
    """
    numbers = [float(part) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise ValueError("four numbers are expected")
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("the box is not in the world")
    return west, south, east, north


def _shown(relation: Relation) -> Select[Any]:
    """Select every field, the key, and ``geometry`` as WKB."""
    return relation.select(
        *relation.columns(),
        relation.key.label("key"),
        func.ST_AsBinary(relation.geometry).label("geometry"),
    )


def find_features(
    session: Session, relation: Relation, *, limit: int, offset: int = 0
) -> list[Row[Any]]:
    """List features with all their fields and ``geometry`` as WKB, ordered by key."""
    query = _shown(relation).order_by(relation.key, relation.row_id).limit(limit).offset(offset)
    return list(session.execute(query))


def stream_features(session: Session, relation: Relation, batch: int = 1000) -> Iterator[Row[Any]]:
    """Go through all features in the order of their keys without holding them all."""
    query = _shown(relation).order_by(relation.key, relation.row_id)
    yield from session.execute(query, execution_options={"yield_per": batch})


def count_features(
    session: Session, relation: Relation, values: Mapping[str, Any] | None = None
) -> int:
    """Count what the relation holds; ``values`` are the moment of one described at run."""
    return session.execute(relation.select(func.count()), values or {}).scalar_one()


def find_feature(
    session: Session, relation: Relation, key: str, values: Mapping[str, Any] | None = None
) -> Row[Any] | None:
    """Give one feature by its public identifier, or None; ``values`` as :func:`count_features`."""
    query = _shown(relation).where(relation.key == key).order_by(relation.row_id.desc()).limit(1)
    return session.execute(query, values or {}).first()
