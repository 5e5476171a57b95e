"""Applications as the register shows them: who asked for which ground, with which rank."""

from __future__ import annotations

from cadastre.models import Application, Parcel, Party
from cadastre.queries.asof import AsOf, application_status, in_period
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Classification, Field, Viewer, party_name
from cadastre.units import M2_PER_HA


def applications(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the applications that ask for ground at a moment."""
    return applications_ever(at, viewer).narrowed(in_period(Parcel, at))


def applications_ever(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every application with its parcel; for looking one up by number."""
    fields = (
        Field("number", Application.number),
        Field("name", Application.name),
        Field("kind", Application.kind),
        Field("substances", Application.substances, "array"),
        Field("group", Application.exclusivity_group),
        Field("status", application_status(at)),
        Field("holder", party_name(viewer)),
        Field("rank", Application.rank, "integer"),
        Field("filed_at", Application.filed_at, "date-time"),
        Field("closed_at", Application.closed_at, "date-time"),
        Field("area_ha", Parcel.planar_area_m2 / M2_PER_HA, "number"),
        Field("geodesic_area_ha", Parcel.geodesic_area_m2 / M2_PER_HA, "number"),
        Field("crs", Parcel.original_crs),
        Field("edge_model", Parcel.edge_model),
        Field("is_demonstration", Application.is_demonstration, "boolean"),
        Field("findings", Application.findings, "object", Classification.INTERNAL, False),
    )
    return Relation(
        collection="applications",
        source=Application.__table__.join(
            Parcel.__table__, Parcel.application_id == Application.id
        ).join(Party.__table__, Party.id == Application.applicant_id),
        key=Application.number,
        row_id=Parcel.id,
        geometry=Parcel.geom,
        period=Parcel.period,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)
