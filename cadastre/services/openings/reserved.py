"""Keep freed ground for its fair opening: no ordinary filing may slip in before it is settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cadastre.errors import Blocked
from cadastre.models import Occupation, Opening, Parcel, SealedFiling, Step, Title
from cadastre.models.base import SRID
from cadastre.procedures.window import Mode


def refuse_reserved_ground(
    session: Session, ground: BaseGeometry, groups: Sequence[str], at: dt.datetime
) -> None:
    """Refuse an ordinary filing on ground that waits for its opening; ask it inside the lock.

    Raises
    ------
    Blocked
        ``openings.not-open-yet``, ``openings.file-sealed``, or ``openings.not-published-yet`` for
        ground of a title that expired and that no opening has announced so far.
    """
    found = session.scalars(
        select(Opening)
        .where(
            _shares(Opening.geom, ground),
            Opening.exclusivity_group.in_(groups),
            _unsettled(at),
        )
        .order_by(Opening.opens_at.desc(), Opening.id)
        .limit(1)
    ).first()
    if found is not None:
        code = "openings.not-open-yet" if at < found.opens_at else "openings.file-sealed"
        raise Blocked(
            code,
            where=found.number,
            number=found.number,
            opens_at=found.opens_at,
            closes_at=found.closes_at,
        )
    expired = expired_unpublished(session, at, _shares(Parcel.geom, ground), groups)
    if expired:
        raise Blocked(
            "openings.not-published-yet", where=expired[0].number, number=expired[0].number
        )


def _unsettled(at: dt.datetime) -> ColumnElement[bool]:
    """Keep openings that are not open yet, or whose sealed filings have no place yet.

    When a window closed without a single filing, nobody waits for a draw.
    """
    awaited = exists().where(SealedFiling.opening_id == Opening.id)
    return (Opening.opens_at > at) | (
        (Opening.mode != Mode.FIRST_COME.value)
        & Opening.drawn_at.is_(None)
        & ((Opening.closes_at > at) | awaited)
    )


def expired_unpublished(
    session: Session,
    at: dt.datetime,
    where: ColumnElement[bool] | None = None,
    groups: Sequence[str] | None = None,
) -> Sequence[Title]:
    """List titles whose ground fell free by the clock and whose opening nobody published yet.

    Only those that were in force while the register knew them: old titles loaded as history free
    nothing today.
    """
    upper = func.upper(Parcel.period)
    query = (
        select(Title)
        .join(Parcel, Parcel.title_id == Title.id)
        .join(Occupation, Occupation.parcel_id == Parcel.id)
        .where(
            Title.ended_on.is_(None),
            Title.expires_on.is_not(None),
            upper <= at,
            upper > Parcel.recorded_at,
            ~exists().where(Step.title_id == Title.id, Step.kind == "expire"),
        )
        .distinct()
        .order_by(Title.id)
    )
    if where is not None:
        query = query.where(where)
    if groups is not None:
        query = query.where(Occupation.exclusivity_group.in_(groups))
    return session.scalars(query).all()


def _shares(column: InstrumentedAttribute[object], ground: BaseGeometry) -> ColumnElement[bool]:
    """Tell in SQL whether ground is shared beyond the rounding of corners, as the guard does."""
    asked = literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
    return (
        column.op("&&")(asked)
        & func.ST_Relate(column, asked, "2********")
        & (func.mean_width_m(func.ST_Intersection(column, asked)) > func.technical_width_m())
    )
