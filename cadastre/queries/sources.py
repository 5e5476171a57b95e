"""Say where the reference layers come from and under which licence they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from cadastre.models import AdministrativeUnit, BaseMapFeature, Work, Zone


@dataclass(frozen=True, slots=True)
class Source:
    """One origin of one layer, and how many features came from it."""

    layer: str
    source: str
    licence: str | None
    features: int


def list_sources(session: Session) -> list[Source]:
    """List the origins of zones, works, units and base map, by layer and by how much they gave."""
    parts = [
        _counted(literal(layer), table)
        for layer, table in (
            ("administrative-units", AdministrativeUnit), ("zones", Zone), ("works", Work),
        )
    ]  # fmt: skip
    base_map = _counted(BaseMapFeature.layer, BaseMapFeature).group_by(BaseMapFeature.layer)
    counted = union_all(*parts, base_map).subquery()
    rows = session.execute(
        select(counted).order_by(counted.c.layer, counted.c.features.desc(), counted.c.source)
    )
    return [Source(row.layer, row.source, row.licence, row.features) for row in rows]


def _counted(layer: Any, table: Any) -> Select[Any]:
    return select(
        layer.label("layer"), table.source, table.licence, func.count().label("features")
    ).group_by(table.source, table.licence)
