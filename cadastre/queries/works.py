"""Works as the register shows them: energy infrastructure with its operator and state."""

from __future__ import annotations

from cadastre.models import Party, Work
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Field, Viewer, party_name


def works(_at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe all works; the base keeps no past courses of a rerouted line."""
    fields = (
        Field("code", Work.code),
        Field("name", Work.name),
        Field("kind", Work.kind),
        Field("state", Work.state),
        Field("operator", party_name(viewer)),
        Field("commissioned_on", Work.commissioned_on, "date"),
        Field("source", Work.source),
        Field("licence", Work.licence),
        Field("is_illustrative", Work.is_illustrative, "boolean"),
    )
    return Relation(
        collection="works",
        source=Work.__table__.outerjoin(Party.__table__, Party.id == Work.operator_id),
        key=Work.code,
        row_id=Work.id,
        geometry=Work.geom,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)
