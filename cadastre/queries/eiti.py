"""Ask the register for what the EITI wants published of licences: what it holds, and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    extract,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from cadastre.models import (
    AdministrativeUnit,
    Application,
    Opening,
    Parcel,
    Party,
    SealedFiling,
    Share,
    Title,
)
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.territory import PREFECTURE, REGION
from cadastre.queries.titles import titles, titles_without_ground
from cadastre.queries.visibility import ANYBODY, Viewer, party_name
from cadastre.vocabulary import PartyKind

M2_PER_KM2 = 1_000_000.0
PERSON = PartyKind.PERSON.value
HELD = ("number", "kind", "substances", "holder", "applied_on", "granted_on", "starts_on",
        "expires_on")  # fmt: skip


def licences(session: Session, at: AsOf, viewer: Viewer = ANYBODY) -> Sequence[Row[Any]]:
    """List the licences in force (EITI 2.3), those of which no perimeter is recorded included.

    A licence is of the region and the prefecture where a point inside its ground lies.
    """
    inside = func.ST_PointOnSurface(Parcel.geom)
    with_ground = _licences(
        titles(at, viewer), at, viewer, Parcel.geodesic_area_m2 / M2_PER_KM2,
        _unit(inside, REGION, at), _unit(inside, PREFECTURE, at),
    )  # fmt: skip
    without = _licences(_bare(at, viewer), at, viewer, null(), null(), null())
    found = [*session.execute(with_ground).all(), *session.execute(without).all()]
    return sorted(found, key=lambda row: (row.number, row.row_id))


def allocations(
    session: Session, at: AsOf, year: int, viewer: Viewer = ANYBODY
) -> Sequence[Row[Any]]:
    """List what was granted and transferred in a calendar year, up to a moment (EITI 2.2)."""
    found = [
        *session.execute(_grants(at, year, viewer)).all(),
        *session.execute(_transfers(at, year, viewer)).all(),
    ]
    return sorted(found, key=lambda row: (row.day, row.number))


def owners(session: Session, at: AsOf, viewer: Viewer = ANYBODY) -> Sequence[Row[Any]]:
    """List who holds which part of the titles in force (EITI 2.5): the owners by right."""
    known = or_(
        Title.id.in_(titles(at, viewer).select(Title.id)),
        Title.id.in_(_bare(at, viewer).select(Title.id)),
    )
    query: Any = select(
        Title.number, party_name(viewer).label("holder"), Party.kind.label("holder_kind"),
        Party.country, (Share.numerator * 100.0 / Share.denominator).label("share_percent"),
        _is_masked(viewer).label("masked"),
    )  # fmt: skip
    query = (
        query.select_from(Share)
        .join(Title, Title.id == Share.title_id)
        .join(Party, Party.id == Share.party_id)
        .where(known, *_holding(at))
        .order_by(Title.number, Share.id)
    )
    found: Sequence[Row[Any]] = session.execute(query).all()
    return found


def _licences(
    relation: Relation, at: AsOf, viewer: Viewer, area: Any, region: Any, prefecture: Any
) -> Select[Any]:
    _, masked = _party_of(viewer, Share.title_id == Title.id, *_holding(at))
    return relation.select(
        *relation.columns(HELD), masked.label("masked"), relation.row_id.label("row_id"),
        area.label("area_km2"), region.label("region"), prefecture.label("prefecture"),
        func.ST_AsBinary(relation.geometry).label("geometry"),
    )  # fmt: skip


def _bare(at: AsOf, viewer: Viewer) -> Relation:
    """Describe the titles in force by their dates whose ground was never recorded."""
    day = at.day_sql()
    return titles_without_ground(at, viewer).narrowed(
        Title.starts_on <= day,
        Title.ended_on.is_(None) | (Title.ended_on > day),
        Title.expires_on.is_(None) | (Title.expires_on > day),
    )


def _unit(inside: Any, level: int, at: AsOf) -> ColumnElement[str | None]:
    unit = aliased(AdministrativeUnit)
    return (
        select(unit.name)
        .where(
            unit.level == level,
            func.ST_Intersects(unit.geom, inside),
            unit.starts_on.is_(None) | (unit.starts_on <= at.day_sql()),
            unit.ends_on.is_(None) | (unit.ends_on > at.day_sql()),
        )
        .order_by(unit.code)
        .limit(1)
        .scalar_subquery()
    )


def _holding(at: AsOf) -> tuple[ColumnElement[bool], ...]:
    day = at.day_sql()
    return (
        Share.role == "holder", Share.starts_on <= day,
        Share.ends_on.is_(None) | (Share.ends_on > day),
    )  # fmt: skip


def _is_masked(viewer: Viewer) -> ColumnElement[bool]:
    shown = party_name(viewer)
    return and_(Party.kind == PERSON, shown.is_(None))


def _names(viewer: Viewer) -> ColumnElement[str | None]:
    return func.string_agg(party_name(viewer), aggregate_order_by(literal(", "), Share.id))


def _party_of(viewer: Viewer, *conditions: Any) -> Any:
    """Name the holders whose shares meet conditions, and tell whether a name is withheld."""
    query = (
        select(Share.title_id)
        .join(Party, Party.id == Share.party_id)
        .where(Share.role == "holder", *conditions)
    )
    named = query.with_only_columns(_names(viewer)).correlate(Title)
    masked = query.with_only_columns(func.bool_or(_is_masked(viewer))).correlate(Title)
    return named.scalar_subquery(), func.coalesce(masked.scalar_subquery(), False)


def _grants(at: AsOf, year: int, viewer: Viewer) -> Select[Any]:
    """Tell how each was granted where its application is in this register."""
    since = Title.starts_on
    holder, masked = _party_of(viewer, Share.title_id == Title.id, Share.starts_on <= since)
    sealed = select(SealedFiling).where(SealedFiling.application_id == Application.id)
    opened = (
        select(Opening.mode)
        .join(SealedFiling, SealedFiling.opening_id == Opening.id)
        .where(SealedFiling.application_id == Application.id)
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )
    other = aliased(SealedFiling)
    entries = (
        select(func.count(func.distinct(other.party_id)))
        .where(
            other.opening_id.in_(
                sealed.with_only_columns(SealedFiling.opening_id).correlate(Application)
            )
        )
        .scalar_subquery()
    )
    way = case((Application.id.is_(None), None), else_=func.coalesce(opened, "first-come"))
    return (
        select(
            Title.number, literal("grant").label("event"), Title.granted_on.label("day"),
            Title.kind, Title.substances, holder.label("holder"), masked.label("masked"),
            way.label("way"), null().label("former_holder"), literal(False).label("former_masked"),
            case((opened.is_not(None), entries)).label("candidates"),
        )
        .outerjoin(
            Application,
            and_(Application.dossier_id == Title.dossier_id, Title.dossier_id.is_not(None)),
        )
        .where(extract("year", Title.granted_on) == year, Title.granted_on <= at.day_sql())
    )  # fmt: skip


def _transfers(at: AsOf, year: int, viewer: Viewer) -> Select[Any]:
    """Find transfers by the shares themselves: parts that begin after the title did."""
    moved = (
        select(Share.title_id, Share.starts_on)
        .join(Title, Title.id == Share.title_id)
        .where(
            Share.role == "holder", Share.starts_on > Title.starts_on,
            extract("year", Share.starts_on) == year, Share.starts_on <= at.day_sql(),
        )
        .distinct()
        .subquery()
    )  # fmt: skip
    begun = (Share.title_id == Title.id, Share.starts_on == moved.c.starts_on)
    ended = (Share.title_id == Title.id, Share.ends_on == moved.c.starts_on)
    holder, masked = _party_of(viewer, *begun)
    former, former_masked = _party_of(viewer, *ended)
    return select(
        Title.number, literal("transfer").label("event"), moved.c.starts_on.label("day"),
        Title.kind, Title.substances, holder.label("holder"), masked.label("masked"),
        null().label("way"), former.label("former_holder"), former_masked.label("former_masked"),
        null().label("candidates"),
    ).join(moved, moved.c.title_id == Title.id)  # fmt: skip


def years_between(start: dt.date, end: dt.date | None) -> float | None:
    """Give a term in years, to two decimals; None where it has no end."""
    return None if end is None else round((end - start).days / 365.2425, 2)
