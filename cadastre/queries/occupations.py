"""Ask what already occupies ground, in the very words of the guard (guard_occupation.sql)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BindParameter, func, literal, select
from sqlalchemy.orm import Session

from cadastre.models import Occupation
from cadastre.models.base import SRID


def lock_ground(session: Session, ground: BaseGeometry) -> None:
    """Hold ground (EPSG:4326) until the transaction ends; what is read next is what counts."""
    session.execute(select(func.lock_ground(_asked(ground))))


def exclusive_occupations(
    session: Session, ground: BaseGeometry, group: str, *, since: dt.datetime
) -> Sequence[Occupation]:
    """List the exclusive occupations of a group that share ground from an instant on, oldest first.

    Overlaps up to the technical width do not count, as in the guard.
    """
    asked = _asked(ground)
    return session.scalars(
        select(Occupation)
        .where(
            Occupation.geom.op("&&")(asked),
            Occupation.standing == "exclusive",
            Occupation.exclusivity_group == group,
            Occupation.period.op("&&")(func.tstzrange(since, None)),
            func.ST_Relate(Occupation.geom, asked, "2********"),
            func.mean_width_m(func.ST_Intersection(Occupation.geom, asked))
            > func.technical_width_m(),
        )
        .order_by(Occupation.id)
    ).all()


def held_around(
    session: Session, ground: BaseGeometry, groups: Sequence[str], at: dt.datetime, most: int
) -> list[BaseGeometry] | None:
    """List all ground that anything holds in groups at an instant, where it meets a box of ground.

    None when there is more than ``most``: what is not known may not be taken for free.
    """
    rows = session.scalars(
        select(Occupation.geom)
        .where(
            Occupation.geom.op("&&")(_asked(ground)),
            Occupation.exclusivity_group.in_(groups),
            Occupation.period.op("@>")(at),
        )
        .order_by(Occupation.id)
        .limit(most + 1)
    ).all()
    return None if len(rows) > most else [to_shape(row) for row in rows]


def _asked(ground: BaseGeometry) -> BindParameter[object]:
    return literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
