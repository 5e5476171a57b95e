"""Write rows as GeoJSON in one pass: geometries come as text from the database and stay text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson
import shapely

from api.ogc import systems


def features_of(rows: Sequence[Any], names: Sequence[str], crs: str) -> list[dict[str, Any]]:
    """Make features of rows whose first columns are the named fields.

    Geometries are GeoJSON text where ``crs`` is CRS84, else WKB to be moved there.
    """
    return [
        {
            "type": "Feature", "id": row.key, "geometry": ground,
            "properties": dict(zip(names, row, strict=False)),
        }
        for row, ground in zip(rows, _grounds(rows, crs), strict=True)
    ]  # fmt: skip


def features_text(body: dict[str, Any]) -> bytes:
    """Write a feature or a collection of them; geometries go in as they are."""
    return orjson.dumps(body, default=_plain)


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """Give what was written as a client reads it, for pages."""
    read: dict[str, Any] = orjson.loads(features_text(body))
    return read


def _grounds(rows: Sequence[Any], crs: str) -> Iterable[orjson.Fragment | None]:
    if crs == systems.CRS84:
        return (None if row.geometry is None else orjson.Fragment(row.geometry) for row in rows)
    shapes = shapely.from_wkb([row.geometry and bytes(row.geometry) for row in rows])
    moved = systems.move(list(shapes), crs) if rows else []
    return (None if one is None else orjson.Fragment(shapely.to_geojson(one)) for one in moved)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
