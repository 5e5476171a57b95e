"""The country's frame: administrative units, the base map, and the State's outline."""

from __future__ import annotations

from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.orm import Session, aliased

from cadastre.models import AdministrativeUnit, BaseMapFeature
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Field, Viewer

COUNTRY, REGION, PREFECTURE = 0, 1, 2


def administrative_units(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the administrative units that exist on a day."""
    parent = aliased(AdministrativeUnit)
    unit = AdministrativeUnit
    fields = (
        Field("code", unit.code),
        Field("name", unit.name),
        Field("level", unit.level, "integer"),
        Field("parent", parent.name),
        Field("source", unit.source),
        Field("licence", unit.licence),
        Field("is_illustrative", unit.is_illustrative, "boolean"),
    )
    return Relation(
        collection="administrative-units",
        source=unit.__table__.outerjoin(parent, parent.id == unit.parent_id),
        key=unit.code,
        row_id=unit.id,
        geometry=unit.geom,
        fields={field.name: field for field in fields},
        where=(
            unit.starts_on.is_(None) | (unit.starts_on <= at.day_sql()),
            unit.ends_on.is_(None) | (unit.ends_on > at.day_sql()),
        ),
    ).seen_by(viewer)


def base_map(_at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe what is drawn under everything else: rivers, lakes, coast, towns, neighbours."""
    fields = (
        Field("layer", BaseMapFeature.layer),
        Field("name", BaseMapFeature.name),
        Field("importance", BaseMapFeature.importance, "integer"),
        Field("source", BaseMapFeature.source),
        Field("licence", BaseMapFeature.licence),
    )
    return Relation(
        collection="base-map",
        source=BaseMapFeature.__table__,
        key=cast(BaseMapFeature.id, Text),
        row_id=BaseMapFeature.id,
        geometry=BaseMapFeature.geom,
        fields={field.name: field for field in fields},
    ).seen_by(viewer)


def country_version(session: Session) -> str:
    """Tell whether the State's outline was changed since it was last fetched."""
    rows = session.execute(
        text(
            "SELECT string_agg(concat_ws(':', id, xmin, ctid), ',') "
            "FROM administrative_unit WHERE level = 0"
        )
    )
    return rows.scalar() or ""


def country_outline(session: Session) -> bytes | None:
    """Give the State's outline as WKB, or None when no outline is loaded."""
    query = select(func.ST_AsBinary(func.ST_Union(AdministrativeUnit.geom))).where(
        AdministrativeUnit.level == COUNTRY
    )
    outline = session.execute(query).scalar()
    return None if outline is None else bytes(outline)
