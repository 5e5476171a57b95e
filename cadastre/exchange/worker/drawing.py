"""Read closed lines of a DXF drawing, inside the jail. External references are never followed."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ezdxf import path as paths
from ezdxf import recover
from ezdxf.document import Drawing
from ezdxf.entities import DXFGraphic, Hatch, LWPolyline, Polyline
from ezdxf.entities.boundary_paths import PolylinePath
from ezdxf.lldxf.const import DXFError

from cadastre.errors import TooLarge, UnusableInput

# Header variable $INSUNITS (DXF reference, "HEADER section"): metres in one drawing unit.
METRES = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0, 14: 0.1}
_ARC_TOLERANCE = 0.01
Position = tuple[float, float]


def prepare(order: dict[str, Any]) -> None:
    """Load the code pages a drawing may name while they can still be reached."""
    for page in (*range(1250, 1259), 437, 850, 874, 932, 936, 949, 950):
        codecs.lookup(f"cp{page}")


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer each closed line or hatch with its layer, and the unit the drawing states."""
    drawing = _open(folder / order["file"])
    features = []
    for entity in drawing.modelspace():
        for geometry, has_arcs in _shapes(entity, order["corners"]):
            features.append(
                {
                    "geometry": geometry,
                    "attributes": {"layer": str(entity.dxf.get("layer", "0"))[:200]},
                    "arcs": has_arcs,
                }
            )
            if len(features) > order["features"]:
                raise TooLarge("exchange.too-many-features", limit=order["features"])
    unit = int(drawing.header.get("$INSUNITS", 0))
    answer = {
        "features": features,
        "unit": unit,
        "metres_per_unit": METRES.get(unit),
        "held": order["held"],
    }
    out.write(json.dumps(answer, allow_nan=False).encode())


def _open(path: Path) -> Drawing:
    try:
        drawing, _ = recover.readfile(path)
    except (OSError, DXFError, ValueError) as fault:
        raise UnusableInput("exchange.unreadable", format="DXF") from fault
    return drawing


def _shapes(entity: DXFGraphic, corners: int) -> Iterator[tuple[dict[str, Any], bool]]:
    if isinstance(entity, LWPolyline):
        points = [(float(x), float(y)) for x, y, *_ in entity.get_points("xy")]
        yield from _ring(entity, points, entity.closed, entity.has_arc, corners)
    elif isinstance(entity, Polyline) and (entity.is_2d_polyline or entity.is_3d_polyline):
        points = [(float(v.dxf.location.x), float(v.dxf.location.y)) for v in entity.vertices]
        yield from _ring(entity, points, entity.is_closed, entity.has_arc, corners)
    elif isinstance(entity, Hatch):
        yield from _hatch(entity, corners)


def _ring(
    entity: DXFGraphic, points: list[Position], closed: bool, arcs: bool, corners: int
) -> Iterator[tuple[dict[str, Any], bool]]:
    where = f"{entity.dxftype()} {entity.dxf.handle}"
    if arcs:
        points = [(v.x, v.y) for v in paths.make_path(entity).flattening(_ARC_TOLERANCE)]
    _check(points, where, corners)
    if len(points) < 2:
        return
    is_ring = closed or points[0] == points[-1]
    if not is_ring:
        yield {"type": "LineString", "coordinates": points}, arcs
        return
    yield {"type": "Polygon", "coordinates": [_closed(points)]}, arcs


def _hatch(hatch: Hatch, corners: int) -> Iterator[tuple[dict[str, Any], bool]]:
    """Read a hatch as one perimeter: outer boundary first, the others as exclusions."""
    rings, arcs = [], False
    for boundary in hatch.paths.rendering_paths(hatch.dxf.hatch_style):
        if isinstance(boundary, PolylinePath) and not boundary.has_bulge():
            points = [(float(x), float(y)) for x, y, *_ in boundary.vertices]
        else:
            made = paths.from_hatch_boundary_path(boundary)
            points = [(v.x, v.y) for v in made.flattening(_ARC_TOLERANCE)]
            arcs = arcs or any(True for edge in made.commands() if edge.type.name != "LINE_TO")
        _check(points, f"HATCH {hatch.dxf.handle}", corners)
        if len(points) >= 3:
            rings.append(_closed(points))
    if rings:
        yield {"type": "Polygon", "coordinates": rings}, arcs


def _closed(points: list[Position]) -> list[Position]:
    return points if points[0] == points[-1] else [*points, points[0]]


def _check(points: list[Position], where: str, corners: int) -> None:
    if len(points) > corners + 50:
        raise TooLarge(
            "exchange.too-many-corners", where=where, count=len(points), limit=corners
        )
    if not all(math.isfinite(value) for point in points for value in point):
        raise UnusableInput("exchange.not-finite", where=where)
