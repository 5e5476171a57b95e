"""Ask PostGIS what a perimeter meets, and what parts of the register meet each other.

One engine decides: ground is shared when interiors meet (``ST_Relate`` with ``2********``), and the
shared ground is PostGIS's intersection, its areas only. Boxes that merely touch are left out before
the dear calls. Statements are built once; a check asks each of them once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Float,
    FromClause,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cadastre.models import AdministrativeUnit, Parcel, Work, Zone
from cadastre.queries.applications import applications_ever
from cadastre.queries.asof import AsOf, AtRun, in_period
from cadastre.queries.relation import Relation
from cadastre.queries.territory import COUNTRY
from cadastre.queries.titles import titles_ever
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones

INTERIORS_MEET = "2********"
AREAS = 3  # ST_CollectionExtract's word for polygons
M_PER_DEGREE = 100_000.0  # a little less than it is, so that boxes grow a little too much


@dataclass(frozen=True, slots=True)
class Meeting:
    """Something of the register whose ground meets a perimeter, as far as it is public."""

    fields: Mapping[str, Any]
    shared: BaseGeometry
    perimeter: BaseGeometry | None = None


def find_neighbours(
    session: Session,
    perimeter: BaseGeometry,
    at: AsOf,
    *,
    exclude: tuple[str, ...] = (),
    viewer: Viewer = ANYBODY,
) -> list[Meeting]:
    """List the titles and applications that share ground with a perimeter, titles first.

    Those whose period contains the moment, and those already recorded then that begin later.

    Parameters
    ----------
    exclude
        Numbers that are left aside: the perimeter's own title or application.
    """
    rows = session.execute(
        _neighbours(viewer), {"asked": wkb(perimeter), "exclude": list(exclude), **at.parameters()}
    )
    return _meetings(rows.all())


def find_zones(session: Session, perimeter: BaseGeometry, at: AsOf) -> list[Meeting]:
    """List the zones, void ones left out, that share ground with a perimeter."""
    rows = session.execute(_zones(), {"asked": wkb(perimeter), **at.parameters()})
    return _meetings(rows.all())


def find_works(
    session: Session, perimeter: BaseGeometry, at: AsOf, corridors_m: Mapping[str, float]
) -> list[Meeting]:
    """List the works whose corridor meets a perimeter; ``corridors_m`` is half width by kind."""
    if not corridors_m:
        return []
    margin = max(corridors_m.values()) / M_PER_DEGREE + 1e-6
    rows = session.execute(
        _works(),
        {
            "asked": wkb(perimeter),
            "margin": margin,
            "kinds": list(corridors_m),
            "halves_m": list(corridors_m.values()),
            **at.parameters(),
        },
    )
    return _meetings(rows.all())


@dataclass(frozen=True, slots=True)
class UnitShare:
    """An administrative unit and the part of a perimeter that lies in it, 0 to 1."""

    level: int
    code: str
    name: str
    share: float
    is_illustrative: bool


def find_units(session: Session, perimeter: BaseGeometry, day: dt.date) -> list[UnitShare]:
    """List the regions, prefectures and communes of a perimeter, largest share first in a level."""
    rows = session.execute(_units(), {"asked": wkb(perimeter), "at_day": day})
    return [UnitShare(*row) for row in rows]


def wkb(geometry: BaseGeometry) -> bytes:
    """Write a geometry as the statements here take it."""
    return bytes(shapely.to_wkb(geometry, include_srid=False))


def share_area(
    one: SQLColumnExpression[Any], other: SQLColumnExpression[Any]
) -> SQLColumnExpression[bool]:
    """Tell whether interiors meet: boxes that overlap by an index, then by measure, then GEOS."""
    east, west = func.ST_XMax, func.ST_XMin
    north, south = func.ST_YMax, func.ST_YMin
    return and_(
        one.op("&&")(other),
        func.least(east(one), east(other)) > func.greatest(west(one), west(other)),
        func.least(north(one), north(other)) > func.greatest(south(one), south(other)),
        func.ST_Relate(one, other, INTERIORS_MEET),
    )


def shared_ground(
    one: SQLColumnExpression[Any], other: SQLColumnExpression[Any]
) -> SQLColumnExpression[Any]:
    """Give the area part of an intersection."""
    return func.ST_CollectionExtract(func.ST_Intersection(one, other), AREAS)


def _asked() -> FromClause:
    """Bring the perimeter in once, made valid where its ring crosses itself."""
    given = func.ST_GeomFromWKB(bindparam("asked"), 4326)
    valid = func.ST_CollectionExtract(func.ST_MakeValid(given), AREAS)
    # OFFSET 0 keeps the planner from repeating the conversion in each condition.
    ground = case((func.ST_IsValid(given), given), else_=valid)
    return select(ground.label("geom")).offset(0).subquery("asked")


def _meetings(rows: Sequence[Any]) -> list[Meeting]:
    """Read all geometries of an answer in one call for each column."""
    shared = shapely.from_wkb([bytes(row.shared) for row in rows])
    wholes: list[BaseGeometry | None] = [None] * len(rows)
    if rows and hasattr(rows[0], "perimeter"):
        wholes = list(shapely.from_wkb([bytes(row.perimeter) for row in rows]))
    return [
        Meeting(row._asdict(), cut, whole)
        for row, cut, whole in zip(rows, shared, wholes, strict=True)
    ]


NEIGHBOUR_FIELDS = ("number", "name", "kind", "substances", "group", "status", "holder")


@cache
def _neighbours(viewer: Viewer) -> Select[Any]:
    at, asked = AtRun(), _asked()
    titles = titles_ever(at, viewer)
    asks = applications_ever(at, viewer)
    rank = asks.fields["rank"].expression
    both = union_all(
        _meeting_right(titles, cast(null(), BigInteger), asked, at),
        _meeting_right(asks, rank, asked, at),
    ).subquery()
    return select(both).order_by(both.c.collection.desc(), both.c.rank, both.c.number)


def _meeting_right(
    relation: Relation, rank: SQLColumnExpression[Any], asked: FromClause, at: AsOf
) -> Select[Any]:
    ground = relation.geometry
    known_to_begin = and_(
        func.lower(Parcel.period) > at.instant_sql(), Parcel.recorded_at <= at.instant_sql()
    )
    return (
        select(
            literal(relation.collection).label("collection"),
            *relation.columns(NEIGHBOUR_FIELDS),
            rank.label("rank"),
            func.lower(Parcel.period).label("starts"),
            func.upper(Parcel.period).label("ends"),
            func.ST_AsBinary(ground).label("perimeter"),
            func.ST_AsBinary(shared_ground(ground, asked.c.geom)).label("shared"),
        )
        .select_from(relation.source.join(asked, share_area(ground, asked.c.geom)))
        .where(
            *relation.where,
            or_(in_period(Parcel, at), known_to_begin),
            relation.key.not_in(bindparam("exclude", expanding=True)),
        )
    )


@cache
def _zones() -> Select[Any]:
    at, asked = AtRun(), _asked()
    relation = zones(at)
    return (
        select(
            *relation.columns(),
            func.ST_AsBinary(shared_ground(Zone.geom, asked.c.geom)).label("shared"),
        )
        .select_from(relation.source.join(asked, share_area(Zone.geom, asked.c.geom)))
        .where(*relation.where)
        .order_by(Zone.code)
    )


@cache
def _works() -> Select[Any]:
    """Buffer only the part of a work near the perimeter: a line may be hundreds of kilometres."""
    at, asked = AtRun(), _asked()
    kinds = cast(bindparam("kinds"), ARRAY(Text))
    halves = cast(bindparam("halves_m"), ARRAY(Float))
    widths = func.unnest(kinds, halves).table_valued(column("kind", Text), column("half_m", Float))
    widths = widths.render_derived("widths")
    near = func.ST_Expand(asked.c.geom, bindparam("margin"))
    wider = func.ST_Expand(asked.c.geom, bindparam("margin") * 3)
    relation = works(at)
    part = func.ST_Intersection(Work.geom, wider)
    buffered = func.geometry(func.ST_Buffer(func.geography(part), widths.c.half_m))
    corridor = case((widths.c.half_m > 0, buffered), else_=part)
    found = (
        select(
            *relation.columns(),
            widths.c.half_m.label("corridor_m"),
            func.ST_Intersection(corridor, asked.c.geom).label("cut"),
        )
        .select_from(
            relation.source.join(widths, widths.c.kind == Work.kind).join(
                asked, Work.geom.op("&&")(near)
            )
        )
        .where(*relation.where)
        .offset(0)
        .subquery()
    )
    shown = [found.c[name] for name in (*relation.fields, "corridor_m")]
    return (
        select(*shown, func.ST_AsBinary(found.c.cut).label("shared"))
        .where(func.ST_IsEmpty(found.c.cut).is_(False))
        .order_by(found.c.code)
    )


@cache
def _units() -> Select[Any]:
    """Measure shares in square degrees: over one perimeter the error is far below a thousandth."""
    unit, asked = AdministrativeUnit, _asked()
    day = AtRun().day_sql()
    whole = func.ST_Area(asked.c.geom)
    cut = func.ST_Area(func.ST_Intersection(unit.geom, asked.c.geom))
    share = case((func.ST_Covers(unit.geom, asked.c.geom), 1.0), else_=cut / whole)
    found = (
        select(unit.level, unit.code, unit.name, share.label("share"), unit.is_illustrative)
        .join(asked, unit.geom.op("&&")(asked.c.geom))
        .where(
            unit.level > COUNTRY,
            unit.starts_on.is_(None) | (unit.starts_on <= day),
            unit.ends_on.is_(None) | (unit.ends_on > day),
            whole > 0,
        )
        .offset(0)
        .subquery()
    )
    return (
        select(found)
        .where(found.c.share > 0)
        .order_by(found.c.level, found.c.share.desc(), found.c.code)
    )
