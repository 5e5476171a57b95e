"""Write answers: JSON as RFC 8259 has it, features as RFC 7946 has them, coordinates to 1e-8°."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import shapely
from flask import Response
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

GEOJSON = "application/geo+json"
DECIMALS = 8  # about a millimetre


def json_response(
    body: Any, status: int = 200, *, content_type: str = "application/json"
) -> Response:
    """Answer with JSON; numbers that JSON does not have are refused rather than written."""
    text = json.dumps(body, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, status, content_type=content_type)


def geometry_json(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Give a geometry as GeoJSON, outer rings anticlockwise, rounded to a millimetre."""
    if geometry is None or geometry.is_empty:
        return None
    written: dict[str, Any] = json.loads(shapely.to_geojson(_rounded(shapely.orient_polygons(geometry))))
    return written


def feature(
    geometry: BaseGeometry | None, properties: Mapping[str, Any], key: str | None = None
) -> dict[str, Any]:
    """Make a GeoJSON feature."""
    made: dict[str, Any] = {
        "type": "Feature",
        "geometry": geometry_json(geometry),
        "properties": dict(properties),
    }
    return {"id": key, **made} if key is not None else made


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda positions: positions.round(DECIMALS))


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    if isinstance(value, BaseGeometry):
        return mapping(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
