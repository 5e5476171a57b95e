"""Keep freed ground for its fair opening: no ordinary filing may slip in before it is settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cadastre.errors import Blocked
from cadastre.models import Occupation, Opening, Parcel, SealedFiling, Step, Title
from cadastre.models.base import SRID
from cadastre.procedures.window import Mode
from cadastre.rules.facts import OpeningFact
from cadastre.services.titles.facts import ANSWERED

AREAS = 3  # ST_CollectionExtract's word for polygons
MOST_TOLD = 20


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
    nothing today. A renewal refused after the term ended the ground at the instant of the answer.
    """
    upper = func.upper(Parcel.period)
    answered = exists().where(Step.title_id == Title.id, Step.kind == ANSWERED)
    query = (
        select(Title)
        .join(Parcel, Parcel.title_id == Title.id)
        .join(Occupation, Occupation.parcel_id == Parcel.id)
        .where(
            Title.ended_on.is_(None),
            Title.expires_on.is_not(None),
            upper <= at,
            (upper > Parcel.recorded_at) | ((upper >= Title.expires_on) & answered),
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


def reserved_ground(
    session: Session, ground: BaseGeometry, at: dt.datetime
) -> tuple[OpeningFact, ...]:
    """List the freed ground under a perimeter that waits for its opening at an instant.

    For a check, which decides nothing: the filing asks again inside the lock.
    """
    rows = session.execute(
        select(Opening, _shared(Opening.geom, ground))
        .where(
            _shares(Opening.geom, ground),
            Opening.published_at <= at,
            Opening.drawn_at.is_(None) | (Opening.drawn_at > at),
            _unsettled(at) | (Opening.drawn_at > at),
        )
        .order_by(Opening.opens_at, Opening.id)
        .limit(MOST_TOLD)
    ).all()
    told = [
        OpeningFact(
            id=opening.number,
            group=opening.exclusivity_group,
            phase=_phase(opening, at),
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
            page=f"/openings/{quote(opening.number)}",
            shared=to_shape(shared),
        )
        for opening, shared in rows
    ]
    return (*told, *_freed_by_the_clock(session, ground, at))


def _phase(opening: Opening, at: dt.datetime) -> str:
    if at < opening.opens_at:
        return "announced"
    return "open" if at < opening.closes_at else "reveal"


def _freed_by_the_clock(
    session: Session, ground: BaseGeometry, at: dt.datetime
) -> list[OpeningFact]:
    expired = expired_unpublished(session, at, _shares(Parcel.geom, ground))
    if not expired:
        return []
    rows = session.execute(
        select(Title.number, Occupation.exclusivity_group, _shared(Parcel.geom, ground))
        .join(Parcel, Parcel.title_id == Title.id)
        .join(Occupation, Occupation.parcel_id == Parcel.id)
        .where(Title.id.in_([title.id for title in expired]), _shares(Parcel.geom, ground))
        .order_by(Parcel.id)
        .limit(MOST_TOLD)
    ).all()
    return [
        OpeningFact(
            id=number,
            group=group,
            phase="unpublished",
            opens_at=None,
            closes_at=None,
            page=f"/titles/{quote(number, safe='')}",
            shared=to_shape(shared),
        )
        for number, group, shared in rows
    ]


def _shared(
    column: InstrumentedAttribute[object], ground: BaseGeometry
) -> ColumnElement[Any]:
    asked = literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
    return func.ST_CollectionExtract(func.ST_Intersection(column, asked), AREAS, type_=Geometry)
