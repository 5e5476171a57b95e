"""Make vector tiles in PostGIS: several layers in one tile, no finer than a zoom can show.

Addresses follow WebMercatorQuad: ``z``, ``x`` east, ``y`` south. A tile is 4096 units wide. A unit
of a far zoom is hundreds of metres, so lines are simplified to half a unit, and what a far zoom
cannot show is left out: small towns, prefectures, the names of holders.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    LargeBinary,
    Select,
    SQLColumnExpression,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import AdministrativeUnit, BaseMapFeature
from cadastre.queries.applications import applications
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.territory import COUNTRY, PREFECTURE, REGION, administrative_units, base_map
from cadastre.queries.titles import titles
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones

MAX_ZOOM = 22
EXTENT = 4096
BUFFER = 64
NEAR_ZOOM = 9  # from here on holders and other words of the panel travel with the tile
DENSE_ZOOM = 12  # from here on the bend of a straight lon-lat side is wider than a unit
DENSE_DEG = 0.01  # about 1 km (quality B3: densify before any reprojection)
EDGE = 180.0
MERCATOR_LAT = 85.0511287798066


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a tile: its collection, its properties by name, its first zoom."""

    describe: Callable[[AsOf, Viewer], Relation]
    properties: tuple[tuple[str, str], ...]
    near: tuple[tuple[str, str], ...] = ()
    from_zoom: int = 0
    where: Callable[[int], SQLColumnExpression[bool]] | None = None
    simplify: bool = True


def _unit(level: int) -> Callable[[int], SQLColumnExpression[bool]]:
    return lambda _zoom: AdministrativeUnit.level == level


def _base(*layers: str) -> Callable[[int], SQLColumnExpression[bool]]:
    return lambda _zoom: BaseMapFeature.layer.in_(layers)


def _towns(zoom: int) -> SQLColumnExpression[bool]:
    """Keep towns that matter at a zoom: importance falls to 0 for villages."""
    return (BaseMapFeature.layer == "towns") & (BaseMapFeature.importance >= 9 - zoom)


UNIT_PROPERTIES = (("id", "code"), ("name", "name"), ("level", "level"))
RIGHT_PROPERTIES = (
    ("id", "number"), ("name", "name"), ("kind", "kind"), ("status", "status"), ("group", "group"),
)  # fmt: skip

LAYERS: dict[str, Layer] = {
    "neighbours": Layer(base_map, (("name", "name"),), where=_base("countries")),
    "countries": Layer(administrative_units, UNIT_PROPERTIES, where=_unit(COUNTRY)),
    "regions": Layer(administrative_units, UNIT_PROPERTIES, from_zoom=5, where=_unit(REGION)),
    "prefectures": Layer(
        administrative_units, UNIT_PROPERTIES, from_zoom=8, where=_unit(PREFECTURE)
    ),
    "coast": Layer(base_map, (("name", "name"),), where=_base("coast")),
    "rivers": Layer(base_map, (("name", "name"),), from_zoom=5, where=_base("rivers")),
    "lakes": Layer(base_map, (("name", "name"),), from_zoom=5, where=_base("lakes")),
    "towns": Layer(
        base_map, (("name", "name"), ("importance", "importance")), where=_towns, simplify=False
    ),
    "zones": Layer(
        zones, (("id", "code"), ("name", "name"), ("kind", "kind"), ("status", "status"))
    ),
    "works": Layer(works, (("id", "code"), ("name", "name"), ("kind", "kind"), ("state", "state"))),
    "titles": Layer(titles, RIGHT_PROPERTIES, near=(("holder", "holder"),), simplify=False),
    "applications": Layer(
        applications, RIGHT_PROPERTIES, near=(("holder", "holder"),), simplify=False
    ),
}

OF_COLLECTION = {
    "titles": ("titles",),
    "applications": ("applications",),
    "zones": ("zones",),
    "works": ("works",),
    "administrative-units": ("countries", "regions", "prefectures"),
    "base-map": ("neighbours", "coast", "rivers", "lakes", "towns"),
}


def make_tile(
    session: Session,
    zoom: int,
    column: int,
    row: int,
    at: AsOf,
    *,
    layers: Iterable[str] = tuple(LAYERS),
    viewer: Viewer = ANYBODY,
) -> bytes:
    """Make one tile holding the named layers; an empty one is zero bytes.

    Raises
    ------
    NotFound
        ``tiles.outside`` (no such tile), ``tiles.unknown-layer``.
    """
    refuse_outside(zoom, column, row)
    chosen = [_layer(name) for name in layers]
    parts = [
        _part(name, layer, (zoom, column, row), at, viewer)
        for name, layer in chosen
        if zoom >= layer.from_zoom
    ]
    if not parts:
        return b""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||")(part)
    return bytes(session.execute(select(type_coerce(whole, LargeBinary))).scalar_one())


def refuse_outside(zoom: int, column: int, row: int) -> None:
    """Raise NotFound where the tile matrix set has no such tile."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom):
        raise NotFound("tiles.outside", where=f"{zoom}/{row}/{column}", zoom=MAX_ZOOM)


def tile_box(zoom: int, column: float, row: float, margin: float = 0.0) -> tuple[float, ...]:
    """Give a tile's box, west, south, east, north in degrees, widened by a part of its width."""
    count = 2**zoom
    west, east = (
        min(max((edge / count) * 360.0 - 180.0, -EDGE), EDGE)
        for edge in (column - margin, column + 1 + margin)
    )
    north, south = (
        min(max(_latitude(edge / count), -MERCATOR_LAT), MERCATOR_LAT)
        for edge in (row - margin, row + 1 + margin)
    )
    return west, south, east, north


def _latitude(part: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * part))))


def _layer(name: str) -> tuple[str, Layer]:
    if name not in LAYERS:
        raise NotFound("tiles.unknown-layer", where=name, known=", ".join(LAYERS))
    return name, LAYERS[name]


def _part(
    name: str, layer: Layer, tile: tuple[int, int, int], at: AsOf, viewer: Viewer
) -> SQLColumnExpression[Any]:
    """Encode one layer: rows cut to the tile, then ``ST_AsMVT`` over them; never NULL."""
    rows = _rows(layer, tile, at, viewer).subquery(f"{name}_rows")
    encoded = select(
        func.coalesce(func.ST_AsMVT(rows.table_valued(), name, EXTENT, "geom"), literal(b""))
    ).where(rows.c.geom.is_not(None))
    return type_coerce(encoded.scalar_subquery(), LargeBinary)


def _rows(layer: Layer, tile: tuple[int, int, int], at: AsOf, viewer: Viewer) -> Select[Any]:
    zoom, column, row = tile
    relation = layer.describe(at, viewer)
    box = func.ST_MakeEnvelope(*tile_box(zoom, column, row, BUFFER / EXTENT), 4326)
    relation = relation.narrowed(relation.geometry.op("&&")(box))
    if layer.where is not None:
        relation = relation.narrowed(layer.where(zoom))
    properties = layer.properties + (layer.near if zoom >= NEAR_ZOOM else ())
    columns: list[SQLColumnExpression[Any]] = [
        relation.fields[field].expression.label(label)
        for label, field in properties
        if field in relation.fields
    ]
    return relation.select(*columns, _drawn(relation, layer, tile)).order_by(relation.row_id)


def _drawn(
    relation: Relation, layer: Layer, tile: tuple[int, int, int]
) -> SQLColumnExpression[Any]:
    zoom, column, row = tile
    geometry = relation.geometry
    if layer.simplify and zoom < DENSE_ZOOM:
        half_unit_deg = 180.0 / 2**zoom / EXTENT
        geometry = func.ST_SimplifyPreserveTopology(geometry, half_unit_deg)
    if zoom >= DENSE_ZOOM:
        geometry = case(
            (func.ST_Dimension(geometry) > 0, func.ST_Segmentize(geometry, DENSE_DEG)),
            else_=geometry,
        )
    envelope = func.ST_TileEnvelope(zoom, column, row)
    return func.ST_AsMVTGeom(
        func.ST_Transform(geometry, 3857), envelope, EXTENT, BUFFER, True
    ).label("geom")
