"""Write GeoJSON (RFC 7946) feature by feature, so that a large register never stands in memory."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain
from cadastre.geometry import crs as systems

RECORD_SEPARATOR = b"\x1e"


def stream(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> Iterator[bytes]:
    """Give the pieces of a FeatureCollection: exterior rings counter-clockwise, full precision.

    The ``bbox`` stands at the end, once it is known.

    Raises
    ------
    UnusableInput
        ``exchange.geojson-crs``: RFC 7946 (section 4) knows longitude and latitude only.
    """
    if systems.normalise(crs) != systems.WGS84:
        raise UnusableInput("exchange.geojson-crs", where="crs", given=crs)
    head = {"type": "FeatureCollection", "name": metadata.collection}
    if metadata.at:
        head["timeStamp"] = metadata.at.isoformat()
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": [\n'
    extent = [math.inf, math.inf, -math.inf, -math.inf]
    comma = b""
    for record in records:
        feature = _feature(record, fields)
        yield comma + _ENCODER.encode(feature).encode()
        comma = b",\n"
        _grow(extent, record.geometry)
    bbox = b"" if math.isinf(extent[0]) else b', "bbox": ' + json.dumps(extent).encode()
    yield b"\n]" + bbox + b"}\n"


def stream_sequence(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> Iterator[bytes]:
    """Give one feature for each line, behind the mark of RFC 8142, so that readers need not wait.

    Raises
    ------
    UnusableInput
        ``exchange.geojson-crs``.
    """
    for line in stream_lines(records, fields, crs, metadata):
        yield RECORD_SEPARATOR + line


def stream_lines(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, _metadata: Metadata
) -> Iterator[bytes]:
    """Give one feature for each line without a mark, as many tools of data pipelines want it.

    Raises
    ------
    UnusableInput
        ``exchange.geojson-crs``.
    """
    if systems.normalise(crs) != systems.WGS84:
        raise UnusableInput("exchange.geojson-crs", where="crs", given=crs)
    for record in records:
        feature = _feature(record, fields)
        yield _ENCODER.encode(feature).encode() + b"\n"


def _feature(record: FeatureRecord, fields: Sequence[FieldSpec]) -> dict[str, Any]:
    shape = record.geometry
    return {
        "type": "Feature",
        "id": record.id,
        "geometry": None if shape is None else shapely.geometry.mapping(_right_handed(shape)),
        "properties": {each.name: _listed(record.values.get(each.name), each) for each in fields},
    }


def _listed(value: Any, spec: FieldSpec) -> Any:
    """Keep lists as lists: JSON can say them."""
    return list(value) if isinstance(value, (list, tuple, set)) else plain(value, spec.type)


def _right_handed(shape: BaseGeometry) -> BaseGeometry:
    return shapely.orient_polygons(shape, exterior_cw=False)


def _grow(extent: list[float], shape: BaseGeometry | None) -> None:
    if shape is None or shape.is_empty:
        return
    west, south, east, north = shape.bounds
    extent[:] = [
        min(extent[0], west), min(extent[1], south), max(extent[2], east), max(extent[3], north)
    ]


def _word(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


# One for all features: json.dumps would make one for each.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_word)
