"""List every pair of a collection that shares ground: the register against itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from cadastre.models import Application, Occupation, Parcel, Title, Zone
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import relation_of
from cadastre.queries.overlaps import share_area, shared_ground
from cadastre.queries.visibility import ANYBODY, Viewer


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of a collection, smaller row first, and the ground they share."""

    one: str
    other: str
    shared: BaseGeometry


def overlapping_pairs(
    session: Session, collection: str, at: AsOf, viewer: Viewer = ANYBODY
) -> Iterator[Pair]:
    """Find all pairs in PostGIS, in the order of their rows.

    The planner must not combine the primary key with the spatial index, which costs forty times
    more: hence ``+ 0`` on both sides of the order of rows.
    """
    rows = _grounds(collection, at, viewer)
    one, other = rows.subquery("one"), rows.subquery("other")
    query = (
        select(
            one.c.key,
            other.c.key.label("other_key"),
            func.ST_AsBinary(shared_ground(one.c.geom, other.c.geom)).label("shared"),
        )
        .join(other, share_area(one.c.geom, other.c.geom))
        .where(other.c.row_id + 0 > one.c.row_id + 0)
        .order_by(one.c.row_id, other.c.row_id)
    )
    for row in session.execute(query, execution_options={"yield_per": 500}):
        yield Pair(row.key, row.other_key, shapely.from_wkb(bytes(row.shared)))


def grounds_of(collection: str, at: AsOf, viewer: Viewer = ANYBODY) -> Select[Any]:
    """Ask for key and ground of a collection, in the order of rows, for engines outside."""
    rows = _grounds(collection, at, viewer).subquery()
    return select(rows.c.key, rows.c.geom).order_by(rows.c.row_id)


def _grounds(collection: str, at: AsOf, viewer: Viewer) -> Select[Any]:
    relation = relation_of(collection, at, viewer)
    return relation.select(
        relation.key.label("key"), relation.row_id.label("row_id"), relation.geometry.label("geom")
    ).where(relation.geometry.is_not(None))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two exclusive occupations of one group that share ground in overlapping periods."""

    one: int
    other: int
    group: str
    shared: BaseGeometry


def occupant_numbers(session: Session, occupations: set[int]) -> dict[int, str]:
    """Name whoever holds occupations, by the public number of title, application or zone."""
    query = (
        select(Occupation.id, func.coalesce(Title.number, Application.number, Zone.code))
        .outerjoin(Parcel, Parcel.id == Occupation.parcel_id)
        .outerjoin(Title, Title.id == Parcel.title_id)
        .outerjoin(Application, Application.id == Parcel.application_id)
        .outerjoin(Zone, Zone.id == Occupation.zone_id)
        .where(Occupation.id.in_(occupations))
    )
    return {key: str(number) for key, number in session.execute(query)}


def conflicting_occupations(session: Session) -> Iterator[Conflict]:
    """Recount, over the whole register and all time, what the guard should have refused."""
    one, other = aliased(Occupation), aliased(Occupation)
    query = (
        select(
            one.id,
            other.id.label("other_id"),
            one.exclusivity_group,
            func.ST_AsBinary(shared_ground(one.geom, other.geom)).label("shared"),
        )
        .join(
            other,
            share_area(one.geom, other.geom)
            & (one.exclusivity_group == other.exclusivity_group)
            & one.period.op("&&")(other.period),
        )
        .where(
            other.id + 0 > one.id + 0,
            one.standing == literal("exclusive"),
            other.standing == literal("exclusive"),
            one.exclusivity_group != literal("none"),
        )
        .order_by(one.id, other.id)
    )
    for row in session.execute(query, execution_options={"yield_per": 500}):
        shared = shapely.from_wkb(bytes(row.shared))
        yield Conflict(row.id, row.other_id, row.exclusivity_group, shared)
