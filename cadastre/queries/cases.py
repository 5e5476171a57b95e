"""Find the overlaps that someone must end: live parcels with one another, with zones, with works.

The words are those of the guard and of checks: ground is shared when interiors meet, and what is
shared is the area part of PostGIS's intersection.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from cadastre.models import (
    Application,
    OverlapCase,
    Parcel,
    Party,
    Share,
    Title,
    TitleRelation,
    Work,
    Zone,
)
from cadastre.procedures.family import Kinship
from cadastre.queries.asof import AsOf
from cadastre.queries.overlaps import M_PER_DEGREE, share_area, shared_ground
from cadastre.queries.zones import standing_on
from cadastre.rules.resolution.kinds import Right
from cadastre.vocabulary import WorkState, ZoneStatus


@dataclass(frozen=True, slots=True)
class Met:
    """A parcel and what it shares ground with: another parcel, a zone or a work, by row."""

    parcel_id: int
    collection: str  # parcel | zone | work
    other_id: int
    shared: BaseGeometry


@dataclass(frozen=True, slots=True)
class Thing:
    """A zone or work as far as its rule depends on it."""

    kind: str
    status: str


def find_parcel_pairs(
    session: Session,
    at: AsOf,
    parcel_ids: Collection[int] | None = None,
    among: Collection[tuple[int, int]] | None = None,
) -> Iterator[Met]:
    """Find live parcels that share ground and time; those of some parcels, or all once a pair.

    ``among`` are the only pairs looked at, each once, where they were chosen beforehand.
    """
    one, other = _live(at).subquery("one"), _live(at).subquery("other")
    columns = (one.c.id, other.c.id, func.ST_AsBinary(shared_ground(one.c.geom, other.c.geom)))
    meet = share_area(one.c.geom, other.c.geom)
    query = select(*columns).join(other, meet)
    if among is not None:
        chosen = _chosen(among)
        second = other.c.id == chosen.c.other
        both = chosen.join(one, one.c.id == chosen.c.one).join(other, second & meet)
        query = select(*columns).select_from(both)
    elif parcel_ids is None:
        # "+ 0" keeps the planner from combining the primary key with the spatial index.
        query = query.where(other.c.id + 0 > one.c.id + 0)
    else:
        query = query.where(one.c.id.in_(parcel_ids))
    query = query.where(one.c.owner != other.c.owner, one.c.period.op("&&")(other.c.period))
    yield from _met(session, query, "parcel")


def live_grounds(at: AsOf) -> Select[Any]:
    """Ask for row and ground of every live parcel, for engines outside the database."""
    live = _live(at).subquery("live")
    return select(live.c.id, live.c.geom).order_by(live.c.id)


def _chosen(pairs: Collection[tuple[int, int]]) -> FromClause:
    ones = cast([one for one, _ in pairs], ARRAY(BigInteger))
    others = cast([other for _, other in pairs], ARRAY(BigInteger))
    rows = func.unnest(ones, others).table_valued(
        column("one", BigInteger), column("other", BigInteger)
    )
    return rows.render_derived("chosen")


def find_zone_pairs(
    session: Session, at: AsOf, parcel_ids: Collection[int] | None = None
) -> Iterator[Met]:
    """Find live parcels inside zones whose act binds on the day."""
    live = _live(at).subquery("live")
    query = (
        select(live.c.id, Zone.id, func.ST_AsBinary(shared_ground(live.c.geom, Zone.geom)))
        .join(Zone, share_area(live.c.geom, Zone.geom))
        .where(Zone.status == ZoneStatus.IN_FORCE.value, *standing_on(at))
    )
    yield from _met(session, _of(query, live, parcel_ids), "zone")


def find_work_pairs(
    session: Session,
    at: AsOf,
    corridors_m: Mapping[str, float],
    parcel_ids: Collection[int] | None = None,
) -> Iterator[Met]:
    """Find live parcels in the corridor of a work; ``corridors_m`` is half width by kind."""
    if not corridors_m:
        return
    live = _live(at).subquery("live")
    widths = _widths(corridors_m)
    query = _works_near(live, widths)
    yield from _met(session, _of(query, live, parcel_ids), "work")


def _works_near(live: FromClause, widths: FromClause) -> Select[Any]:
    margin = widths.c.half_m / M_PER_DEGREE + 1e-6
    # The box of a long slanting line holds half a country: its distance is asked before its buffer.
    near = func.ST_DWithin(Work.geom, live.c.geom, margin)
    course = corridor(Work.geom, live.c.geom, widths.c.half_m)
    return (
        select(live.c.id, Work.id, func.ST_AsBinary(func.ST_Intersection(course, live.c.geom)))
        .select_from(
            Work.__table__.join(widths, widths.c.kind == Work.kind).join(live, near)
        )
        .where(Work.state != WorkState.RETIRED.value)
    )


def corridor(
    work: SQLColumnExpression[Any], near: SQLColumnExpression[Any], half_m: Any
) -> SQLColumnExpression[Any]:
    """Draw the corridor of a work around a parcel; of a long line, only the part near it."""
    wider = func.ST_Expand(near, half_m * 3 / M_PER_DEGREE + 1e-6)
    part = func.ST_Intersection(work, wider)
    return case(
        (half_m > 0, func.geometry(func.ST_Buffer(func.geography(part), half_m))), else_=part
    )


def _widths(corridors_m: Mapping[str, float]) -> FromClause:
    kinds = cast(list(corridors_m), ARRAY(Text))
    halves = cast(list(corridors_m.values()), ARRAY(Float))
    rows = func.unnest(kinds, halves).table_valued(column("kind", Text), column("half_m", Float))
    return rows.render_derived("widths")


def _of(
    query: Select[Any], live: FromClause, parcel_ids: Collection[int] | None
) -> Select[Any]:
    return query if parcel_ids is None else query.where(live.c.id.in_(parcel_ids))


def _met(session: Session, query: Select[Any], collection: str) -> Iterator[Met]:
    for parcel_id, other_id, shared in session.execute(
        query, execution_options={"yield_per": 500}
    ):
        ground = shapely.from_wkb(bytes(shared))
        if not ground.is_empty:
            yield Met(parcel_id, collection, other_id, ground)


def _live(at: AsOf) -> Select[Any]:
    """Select the parcels of titles not ended and of applications still open, to come or present."""
    day, instant = at.day_sql(), at.instant_sql()
    title = and_(
        Title.id.is_not(None),
        or_(Title.ended_on.is_(None), Title.ended_on > day),
        or_(Title.expires_on.is_(None), Title.expires_on > day),
    )
    application = and_(Application.id.is_not(None), Application.closed_at.is_(None))
    owner = case(
        (Parcel.title_id.is_not(None), -Parcel.title_id), else_=Parcel.application_id
    )
    return (
        select(Parcel.id, Parcel.geom, Parcel.period, owner.label("owner"))
        .outerjoin(Title, Title.id == Parcel.title_id)
        .outerjoin(Application, Application.id == Parcel.application_id)
        .where(
            or_(func.upper_inf(Parcel.period), func.upper(Parcel.period) > instant),
            or_(title, application),
        )
    )


def find_rights(session: Session, parcel_ids: Collection[int]) -> dict[int, Right]:
    """Give, by parcel, the right it belongs to as far as order and group depend on it."""
    holder = (
        select(func.string_agg(Party.name, literal(", ")))
        .select_from(Share)
        .join(Party, Party.id == Share.party_id)
        .where(Share.title_id == Title.id, Share.role == "holder", Share.ends_on.is_(None))
        .correlate(Title)
        .scalar_subquery()
    )
    applicant = aliased(Party)
    query = (
        select(Parcel, Title, Application, holder, applicant.name)
        .outerjoin(Title, Title.id == Parcel.title_id)
        .outerjoin(Application, Application.id == Parcel.application_id)
        .outerjoin(applicant, applicant.id == Application.applicant_id)
        .where(Parcel.id.in_(list(parcel_ids)))
    )
    return {
        parcel.id: _right(parcel, title, application, holders, asker)
        for parcel, title, application, holders, asker in session.execute(query)
    }


def _right(
    parcel: Parcel,
    title: Title | None,
    application: Application | None,
    holders: str | None,
    applicant: str | None,
) -> Right:
    if title is not None:
        first = title.granted_on or title.starts_on
        since = dt.datetime.combine(first, dt.time.min, dt.UTC)
        return Right(
            "title", title.kind, tuple(title.substances), title.exclusivity_group, holders, since,
            None, parcel.id, parcel.geodesic_area_m2,
        )  # fmt: skip
    assert application is not None
    return Right(
        "application", application.kind, tuple(application.substances),
        application.exclusivity_group, applicant, application.filed_at, application.rank, parcel.id,
        parcel.geodesic_area_m2,
    )  # fmt: skip


def find_things(
    session: Session, model: type[Zone] | type[Work], ids: Sequence[int]
) -> dict[int, Thing]:
    """Give kind and status of zones, or kind and state of works."""
    status = Zone.status if model is Zone else Work.state
    rows = session.execute(select(model.id, model.kind, status).where(model.id.in_(ids)))
    return {row[0]: Thing(row[1], row[2]) for row in rows}


def find_open_cases(
    session: Session, parcel_ids: Collection[int] | None = None
) -> Sequence[OverlapCase]:
    """List the open cases, all or those that any of some parcels is part of."""
    query = select(OverlapCase).where(OverlapCase.closed_at.is_(None))
    if parcel_ids is not None:
        query = query.where(
            or_(
                OverlapCase.left_parcel_id.in_(parcel_ids),
                OverlapCase.right_parcel_id.in_(parcel_ids),
            )
        )
    return session.scalars(query.order_by(OverlapCase.id)).all()


def find_settled(
    session: Session, owners: Collection[int], outcomes: Collection[str]
) -> Sequence[OverlapCase]:
    """List the closed cases of some owners (:func:`find_owners`) whose outcome is among some."""
    parcels = select(Parcel.id).where(
        or_(
            Parcel.title_id.in_([-owner for owner in owners if owner < 0]),
            Parcel.application_id.in_([owner for owner in owners if owner > 0]),
        )
    )
    return session.scalars(
        select(OverlapCase).where(
            OverlapCase.outcome.in_(outcomes),
            or_(OverlapCase.left_parcel_id.in_(parcels), OverlapCase.right_parcel_id.in_(parcels)),
        )
    ).all()


def find_owners(session: Session, parcel_ids: Collection[int]) -> dict[int, int]:
    """Give whose each parcel is: the application's row, or the title's with a minus sign."""
    owner = case((Parcel.title_id.is_not(None), -Parcel.title_id), else_=Parcel.application_id)
    rows = session.execute(select(Parcel.id, owner).where(Parcel.id.in_(parcel_ids)))
    return {row[0]: row[1] for row in rows}


def find_lineages(session: Session, owners: Collection[int]) -> dict[int, frozenset[int]]:
    """Give, by owner (:func:`find_owners`), itself and those whose right it carries on.

    These are the parents of a title by split and merger, theirs, and the applications that any of
    them was granted from. A conversion makes another right.
    """
    titles = [-owner for owner in owners if owner < 0]
    itself = select(Title.id.label("title"), Title.id.label("ancestor"))
    line = itself.where(Title.id.in_(titles)).cte("line", recursive=True)
    line = line.union(
        select(line.c.title, TitleRelation.parent_id)
        .join(line, TitleRelation.child_id == line.c.ancestor)
        .where(TitleRelation.kind != Kinship.CONVERTED)
    )
    former, asked = aliased(Title), aliased(Application)
    rows = session.execute(
        select(line.c.title, line.c.ancestor, asked.id)
        .join(former, former.id == line.c.ancestor)
        .outerjoin(asked, asked.dossier_id == former.dossier_id)
    )
    found = {owner: {owner} for owner in owners}
    for title, ancestor, application in rows:
        found[-title].add(-ancestor)
        if application is not None:
            found[-title].add(application)
    return {owner: frozenset(members) for owner, members in found.items()}
