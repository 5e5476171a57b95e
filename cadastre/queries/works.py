"""Works as the register shows them: energy infrastructure with its operator and state."""

from __future__ import annotations

from sqlalchemy import Float, SQLColumnExpression, case, cast, func

from cadastre.models import Party, Work
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Field, Viewer, party_name


def _number(attribute: str) -> SQLColumnExpression[float | None]:
    """Give an attribute as a number; an import may have kept words there."""
    value = Work.attributes[attribute]
    return case((func.jsonb_typeof(value) == "number", cast(value.astext, Float)), else_=None)


def works(_at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe all works as they are now; how they were known to be is asked of ``known``."""
    fields = (
        Field("code", Work.code),
        Field("name", Work.name),
        Field("kind", Work.kind),
        Field("state", Work.state),
        Field("operator", party_name(viewer)),
        Field("commissioned_on", Work.commissioned_on, "date"),
        Field("voltage_kv", _number("voltage_kv"), "number"),
        Field("power_mw", _number("power_mw"), "number"),
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
