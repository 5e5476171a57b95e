"""Write DXF for surveyors' drawing programs: outlines on layers, attributes as extended data."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain, reproject
from cadastre.geometry import crs as systems
from cadastre.sentences import say

APPLICATION = "CADASTRE"
MOST_BYTES = 250  # of one text of extended data (255 with its end)
METRES, NO_UNIT = 6, 0
EDGES, HOLES, LABELS = "CADASTRE", "CADASTRE_TROUS", "CADASTRE_NUMEROS"


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a DXF (R2010, UTF-8): closed polylines, holes on a layer of their own."""
    import ezdxf  # heavy: loaded by the process that draws, not at the start of the web server

    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"] = NO_UNIT if systems.is_geographic(crs) else METRES
    drawing.appids.add(APPLICATION)
    for layer in (EDGES, HOLES, LABELS):
        drawing.layers.add(layer)
    page, bare = drawing.modelspace(), 0
    for record in reproject(records, crs):
        if record.geometry is None or record.geometry.is_empty:
            bare += 1
            continue
        told = _extended(record, fields)
        for part in _parts(record.geometry):
            _draw(page, part, told)
        _label(page, record)
    _tell_losses(bare, metadata)
    out = io.StringIO()
    drawing.write(out)
    return out.getvalue().encode("utf-8", "surrogateescape")


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    if not hasattr(shape, "geoms"):
        return [shape]
    return [part for each in shape.geoms for part in _parts(each)]


def _draw(page: Any, part: BaseGeometry, told: list[tuple[int, str]]) -> None:
    if isinstance(part, Point):
        drawn = [page.add_point((part.x, part.y), dxfattribs={"layer": EDGES})]
    elif isinstance(part, Polygon):
        rings = [(EDGES, part.exterior), *((HOLES, ring) for ring in part.interiors)]
        drawn = [_polyline(page, ring, layer, close=True) for layer, ring in rings]
    else:
        drawn = [_polyline(page, part, EDGES, close=False)]
    for entity in drawn:
        entity.set_xdata(APPLICATION, told)


def _polyline(page: Any, line: BaseGeometry, layer: str, *, close: bool) -> Any:
    corners = shapely.get_coordinates(line).tolist()
    corners = corners[:-1] if close else corners
    return page.add_lwpolyline(corners, close=close, dxfattribs={"layer": layer})


def _label(page: Any, record: FeatureRecord) -> None:
    shape = record.geometry
    assert shape is not None
    place = shape.representative_point()
    west, south, east, north = shape.bounds
    height = max(east - west, north - south) / 40 or 1.0
    page.add_text(record.id, height=height, dxfattribs={"layer": LABELS}).set_placement(
        (place.x, place.y)
    )


def _extended(record: FeatureRecord, fields: Sequence[FieldSpec]) -> list[tuple[int, str]]:
    """Write ``field=value`` texts; a longer one goes on in texts that begin with ``+``."""
    texts = [f"id={record.id}"]
    for each in fields:
        value = plain(record.values.get(each.name), each.type)
        if value is not None:
            words = value.isoformat() if hasattr(value, "isoformat") else str(value)
            texts += _pieces(f"{each.name}={words}".replace("\r", " ").replace("\n", " "))
    return [(1000, text) for text in texts]


def _pieces(text: str) -> list[str]:
    if len(text.encode()) <= MOST_BYTES:
        return [text]
    pieces, piece = [], ""
    for letter in text:
        if len((piece + letter).encode()) > MOST_BYTES:
            pieces.append(piece)
            piece = "+"
        piece += letter
    return [*pieces, piece]


def _tell_losses(bare: int, metadata: Metadata) -> None:
    metadata.losses.append(say("exchange.loss-dxf", metadata.language))
    if bare:
        metadata.losses.append(say("exchange.loss-dxf-bare", metadata.language, count=bare))
