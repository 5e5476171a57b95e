"""Titles as the register shows them: a right, its holders, its ground, its status on a day."""

from __future__ import annotations

from dataclasses import replace

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from cadastre.models import Parcel, Party, Share, Title
from cadastre.models.base import SRID
from cadastre.queries.asof import AsOf, in_period, title_status
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Classification, Field, Viewer, party_name
from cadastre.rules.doubts import GRADES, Weight, codes_of_weight
from cadastre.units import M2_PER_HA


def titles(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the titles that hold ground at a moment."""
    relation = _relation(at, viewer)
    return relation.narrowed(in_period(Parcel, at))


def titles_ever(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every title with its parcels, whatever the day; for looking one up by number."""
    return _relation(at, viewer)


def titles_listed(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe what a list of titles holds: those with ground at a moment, and those without any.

    Of the second, those that their dates say are in force. A box or a shape in a filter leaves
    only ground, and then the outer join costs nothing: the planner makes it an inner one.
    """
    in_force = and_(
        Title.starts_on <= at.day_sql(),
        or_(Title.ended_on.is_(None), Title.ended_on > at.day_sql()),
        or_(Title.expires_on.is_(None), Title.expires_on > at.day_sql()),
    )
    relation = titles_ever_listed(at, viewer)
    return relation.narrowed(or_(in_period(Parcel, at), and_(Parcel.id.is_(None), in_force)))


def titles_ever_listed(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every title with its parcels, and those without any, whatever the day."""
    source = Title.__table__.outerjoin(Parcel.__table__, Parcel.title_id == Title.id)
    return replace(_relation(at, viewer), source=source, row_id=func.coalesce(Parcel.id, 0))


def titles_without_ground(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the titles of which no perimeter was ever recorded: kept from older registers.

    Alone and without the fields of ground, for the search and for the page of one.
    """
    relation = _relation(at, viewer)
    of_ground = {"area_ha", "geodesic_area_ha", "crs", "edge_model"}
    return replace(
        relation,
        source=Title.__table__,
        row_id=Title.id,
        geometry=cast(None, Geometry(srid=SRID)),
        period=None,
        fields={name: one for name, one in relation.fields.items() if name not in of_ground},
        where=(~exists().where(Parcel.title_id == Title.id),),
    )


def holders(at: AsOf, viewer: Viewer = ANYBODY) -> ColumnElement[str | None]:
    """Name the holders of a title on a day, largest share first."""
    name = party_name(viewer)
    order = [(Share.numerator * 1.0 / Share.denominator).desc(), Share.id]
    return (
        select(func.string_agg(name, aggregate_order_by(literal(", "), *order)))
        .select_from(Share)
        .join(Party, Party.id == Share.party_id)
        .where(
            Share.title_id == Title.id,
            Share.role == "holder",
            Share.starts_on <= at.day_sql(),
            Share.ends_on.is_(None) | (Share.ends_on > at.day_sql()),
        )
        .correlate(Title)
        .scalar_subquery()
    )


def record_grade() -> ColumnElement[str]:
    """Grade a title's record by its worst doubt, as :func:`cadastre.rules.doubts.grade` does."""
    doubts = Title.doubts
    return case(
        (func.cardinality(doubts) == 0, GRADES[0]),
        (doubts.op("&&")(codes_of_weight(Weight.GRAVE)), GRADES[Weight.GRAVE]),
        (doubts.op("<@")(codes_of_weight(Weight.MINOR)), GRADES[Weight.MINOR]),
        else_=GRADES[Weight.SERIOUS],
    )


def _relation(at: AsOf, viewer: Viewer) -> Relation:
    fields = (
        Field("number", Title.number),
        Field("name", Title.name),
        Field("kind", Title.kind),
        Field("substances", Title.substances, "array"),
        Field("group", Title.exclusivity_group),
        Field("status", title_status(at)),
        Field("holder", holders(at, viewer)),
        Field("applied_on", Title.applied_on, "date"),
        Field("granted_on", Title.granted_on, "date"),
        Field("starts_on", Title.starts_on, "date"),
        Field("expires_on", Title.expires_on, "date"),
        Field("instrument", Title.instrument),
        Field("area_ha", Parcel.planar_area_m2 / M2_PER_HA, "number"),
        Field("geodesic_area_ha", Parcel.geodesic_area_m2 / M2_PER_HA, "number"),
        Field("published_area_ha", Title.published_area_m2 / M2_PER_HA, "number"),
        Field("crs", Parcel.original_crs),
        Field("edge_model", Parcel.edge_model),
        Field("source", Title.source),
        Field("is_demonstration", Title.is_demonstration, "boolean"),
        Field("grade", record_grade()),
        Field("doubts", Title.doubts, "array", Classification.INTERNAL),
    )
    return Relation(
        collection="titles",
        source=Title.__table__.join(Parcel.__table__, Parcel.title_id == Title.id),
        key=Title.number,
        row_id=Parcel.id,
        geometry=Parcel.geom,
        period=Parcel.period,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)
