"""Write KML placemark by placemark, with typed data that GDAL and Google Earth both read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain
from cadastre.geometry import crs as systems
from cadastre.sentences import say

_TYPES = {"integer": "int", "real": "double", "boolean": "bool"}
# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{name}</name>\n'
    "<Schema name={label} id={label}>{fields}</Schema>\n"
)


def stream(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> Iterator[bytes]:
    """Give the pieces of a KML document; absent values are left out, so that they stay absent.

    Raises
    ------
    UnusableInput
        ``exchange.kml-crs``: KML knows longitude and latitude only.
    """
    if systems.normalise(crs) != systems.WGS84:
        raise UnusableInput("exchange.kml-crs", where="crs", given=crs)
    columns = (FieldSpec("cadastre_id"), *fields)
    label = quoteattr(re.sub(r"[^\w-]+", "_", metadata.collection) or "export")
    declared = "".join(
        f'<SimpleField name={quoteattr(each.name)} type="{_TYPES.get(each.type, "string")}"/>'
        for each in columns
    )
    name = _text(metadata.collection, metadata)
    yield _HEAD.format(name=name, label=label, fields=declared).encode()
    for record in records:
        values = {**record.values, "cadastre_id": record.id}
        data = "".join(_datum(each, values.get(each.name), metadata) for each in columns)
        shape = "" if record.geometry is None else _shape(record.geometry)
        place = f"<name>{_text(record.id, metadata)}</name><ExtendedData><SchemaData schemaUrl="
        yield (
            f"<Placemark>{place}{quoteattr('#' + label[1:-1])}>{data}</SchemaData></ExtendedData>"
            f"{shape}</Placemark>\n"
        ).encode()
    if any(each.type in ("date", "datetime", "list") for each in fields):
        metadata.losses.append(say("exchange.loss-kml", metadata.language))
    yield b"</Document></kml>\n"


def _datum(spec: FieldSpec, value: object, metadata: Metadata) -> str:
    known = plain(value, spec.type)
    if known is None:
        return ""
    if isinstance(known, bool):
        words = "1" if known else "0"
    else:
        words = known.isoformat() if hasattr(known, "isoformat") else _text(str(known), metadata)
    return f"<SimpleData name={quoteattr(spec.name)}>{words}</SimpleData>"


def _text(words: str, metadata: Metadata) -> str:
    clean, removed = _FORBIDDEN.subn("�", words)
    if removed:
        metadata.losses.append(say("exchange.loss-control", metadata.language, text=clean[:80]))
    return escape(clean)


def _shape(shape: BaseGeometry) -> str:
    if hasattr(shape, "geoms"):
        return f"<MultiGeometry>{''.join(map(_shape, shape.geoms))}</MultiGeometry>"
    if isinstance(shape, Polygon):
        turned: Polygon = shapely.orient_polygons(shape)
        inner = "".join(
            f"<innerBoundaryIs>{_line('LinearRing', ring)}</innerBoundaryIs>"
            for ring in turned.interiors
        )
        outer = f"<outerBoundaryIs>{_line('LinearRing', turned.exterior)}</outerBoundaryIs>"
        return f"<Polygon>{outer}{inner}</Polygon>"
    return _line("Point" if shape.geom_type == "Point" else "LineString", shape)


def _line(tag: str, shape: BaseGeometry) -> str:
    corners = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(shape).tolist())
    return f"<{tag}><coordinates>{corners}</coordinates></{tag}>"
