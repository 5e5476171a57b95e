"""Occupations as the register shows them: the ground that keeps others out, and for whom."""

from __future__ import annotations

from sqlalchemy import Text, cast, func

from cadastre.models import Application, Occupation, Parcel, Title, Zone
from cadastre.queries.asof import AsOf, in_period
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Field, Viewer
from cadastre.units import M2_PER_HA


def occupations(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the ground that is held at a moment, one row for each exclusivity group."""
    return occupations_ever(at, viewer).narrowed(in_period(Occupation, at))


def occupations_ever(_at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every occupation, whatever its period; for looking one up by code."""
    code = cast(Occupation.id, Text)
    fields = (
        Field("code", code),
        Field("occupant", Occupation.occupant),
        Field("number", func.coalesce(Title.number, Application.number, Zone.code)),
        Field("group", Occupation.exclusivity_group),
        Field("standing", Occupation.standing),
        Field("starts_at", func.lower(Occupation.period), "date-time"),
        Field("ends_at", func.upper(Occupation.period), "date-time"),
        Field(
            "geodesic_area_ha",
            func.ST_Area(func.geography(Occupation.geom)) / M2_PER_HA,
            "number",
        ),
    )
    return Relation(
        collection="occupations",
        source=Occupation.__table__.outerjoin(
            Parcel.__table__, Parcel.id == Occupation.parcel_id
        )
        .outerjoin(Title.__table__, Title.id == Parcel.title_id)
        .outerjoin(Application.__table__, Application.id == Parcel.application_id)
        .outerjoin(Zone.__table__, Zone.id == Occupation.zone_id),
        key=code,
        row_id=Occupation.id,
        geometry=Occupation.geom,
        period=Occupation.period,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)
