"""Zones as the register shows them: ground under a rule, with the act behind it."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from cadastre.models import Zone
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Field, Viewer


def zones(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the zones whose act has begun and not ended on a day, proposed ones included."""
    return zones_ever(at, viewer).narrowed(*standing_on(at))


def zones_ever(_at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every zone, whatever its dates."""
    fields = (
        Field("code", Zone.code),
        Field("name", Zone.name),
        Field("kind", Zone.kind),
        Field("status", Zone.status),
        Field("act", Zone.act),
        Field("starts_on", Zone.starts_on, "date"),
        Field("ends_on", Zone.ends_on, "date"),
        Field("source", Zone.source),
        Field("licence", Zone.licence),
        Field("is_illustrative", Zone.is_illustrative, "boolean"),
    )
    return Relation(
        collection="zones",
        source=Zone.__table__,
        key=Zone.code,
        row_id=Zone.id,
        geometry=Zone.geom,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)


def standing_on(at: AsOf) -> tuple[ColumnElement[bool], ...]:
    """Keep zones whose dates contain the day; a missing date does not bound."""
    return (
        Zone.starts_on.is_(None) | (Zone.starts_on <= at.day_sql()),
        Zone.ends_on.is_(None) | (Zone.ends_on > at.day_sql()),
    )
