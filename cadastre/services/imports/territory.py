"""Import administrative units, zones, works and base-map features."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import AdministrativeUnit, BaseMapFeature, Work, Zone
from cadastre.models.base import SRID
from cadastre.services.imports.keeping import CREATED, UNCHANGED, party_named, upsert
from cadastre.services.imports.row import Row
from cadastre.services.unit_codes import unit_code
from cadastre.vocabulary import PartyKind, WorkState, ZoneStatus

WHOLE = 0.9  # a unit with less of its ground in its parent is looked at by a person


def write_unit(session: Session, row: Row, ground: BaseGeometry | None, source: str) -> str | None:
    """Write an administrative unit; its parent is the one named, else the one that holds it."""
    name, level = row.needed("name"), row.number_of("level")
    if level is None and not row.is_refused:
        row.refuse("import.missing-value", "level", source=row.mapping.fields.get("level"))
    fields = {
        "name": name,
        "level": int(level or 0),
        "starts_on": row.day("starts_on"),
        "ends_on": row.day("ends_on"),
        "source": row.text("source") or source,
        "licence": row.text("licence"),
        "is_illustrative": False,
    }
    if row.is_refused:
        return None
    parent = _parent(session, row, ground, int(level or 0))
    code = row.text("code") or unit_code(parent.code if parent else None, name)
    fields["parent_id"] = parent.id if parent else None
    return upsert(session, AdministrativeUnit.code, code, fields, ground)[1]


def write_zone(session: Session, row: Row, ground: BaseGeometry | None, source: str) -> str | None:
    """Write a zone with the act that makes it bind."""
    name = row.needed("name")
    kind = row.word("kind", tuple(row.ruleset.zones))
    fields = {
        "name": name,
        "kind": kind,
        "status": row.word("status", _words(ZoneStatus), ZoneStatus.IN_FORCE.value),
        "act": row.text("act"),
        "starts_on": row.day("starts_on"),
        "ends_on": row.day("ends_on"),
        "source": row.text("source") or source,
        "licence": row.text("licence"),
        "is_illustrative": False,
    }
    if row.is_refused:
        return None
    if fields["act"] is None:
        row.warn("import.zone-without-act", "act", name=name)
    authority = party_named(session, row, "authority", None, PartyKind.ADMINISTRATION)
    named = {} if authority is None else {"authority_id": authority.id}  # a silent file keeps it
    code = row.text("code") or unit_code(kind.upper(), name)
    return upsert(session, Zone.code, code, {**fields, **named}, ground)[1]


def write_work(session: Session, row: Row, ground: BaseGeometry | None, source: str) -> str | None:
    """Write a work: a line, a plant, a substation…"""
    code = row.needed("code")
    fields: dict[str, Any] = {
        "name": row.text("name"),
        "kind": row.word("kind", tuple(row.ruleset.works)),
        "state": row.word("state", _words(WorkState), WorkState.IN_SERVICE.value),
        "commissioned_on": row.day("commissioned_on"),
        "attributes": row.kept(),
        "source": row.text("source") or source,
        "licence": row.text("licence"),
        "is_illustrative": False,
    }
    if row.is_refused:
        return None
    operator = party_named(session, row, "operator", None)
    if operator is not None and operator.kind == PartyKind.PERSON:
        row.warn("import.operator-person", "operator", name=operator.name)
    fields["operator_id"] = operator.id if operator else None
    return upsert(session, Work.code, code, fields, ground)[1]


def write_base_map(
    session: Session, row: Row, ground: BaseGeometry | None, source: str
) -> str | None:
    """Write a base-map feature; the same layer, name and geometry is the same feature."""
    layer, rank = row.needed("layer"), row.number_of("importance")
    if row.is_refused or ground is None:
        return None
    shape, name = from_shape(ground, SRID), row.text("name")
    same = select(BaseMapFeature.id).where(
        BaseMapFeature.layer == layer,
        BaseMapFeature.name.is_not_distinct_from(name),
        BaseMapFeature.geom.op("&&")(shape),  # ST_OrderingEquals does not use the index
        func.ST_OrderingEquals(BaseMapFeature.geom, shape),
    )
    if session.scalar(same.limit(1)) is not None:
        return UNCHANGED
    session.add(
        BaseMapFeature(
            layer=layer,
            name=name,
            importance=int(rank or 0),
            attributes=row.kept(),
            geom=shape,
            source=row.text("source") or source,
            licence=row.text("licence"),
        )
    )
    session.flush()
    return CREATED


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def _parent(
    session: Session, row: Row, ground: BaseGeometry | None, level: int
) -> AdministrativeUnit | None:
    if level == 0:
        return None
    above = AdministrativeUnit.level == level - 1
    named = row.text("parent")
    if named is not None:
        alike = func.searchable(AdministrativeUnit.name) == func.searchable(named)
        found = session.scalars(
            select(AdministrativeUnit).where(above, alike | (AdministrativeUnit.code == named))
        ).all()
        if len(found) == 1:
            return found[0]
        row.warn("import.parent-unknown", "parent", name=named, count=len(found))
    return None if ground is None else _holding(session, row, ground, above)


def _holding(
    session: Session, row: Row, ground: BaseGeometry, above: Any
) -> AdministrativeUnit | None:
    """Find the unit above that holds most of the ground, and say so when it is not all of it."""
    shape = from_shape(ground, SRID)
    shared = func.ST_Area(func.ST_Intersection(AdministrativeUnit.geom, shape))
    best = session.execute(
        select(AdministrativeUnit, (shared / func.ST_Area(shape)).label("share"))
        .where(above, func.ST_Intersects(AdministrativeUnit.geom, shape))
        .order_by(shared.desc(), AdministrativeUnit.id)
        .limit(1)
    ).first()
    if best is None:
        row.warn("import.parent-none", "parent")
        return None
    if best.share < WHOLE:
        row.warn("import.parent-partial", "parent", name=best[0].name,
                 share_percent=round(best.share * 100, 1))  # fmt: skip
    found: AdministrativeUnit = best[0]
    return found
