"""Make vector tiles in PostGIS: several layers in one tile, no finer than a zoom can show.

Addresses follow WebMercatorQuad: ``z``, ``x`` east, ``y`` south. A tile is 4096 units wide. A unit
of a far zoom is hundreds of metres, so lines are simplified to half a unit, and what a far zoom
cannot show is left out: small towns, prefectures, holders. Of rights smaller than a few pixels, far
zooms draw one in each square of the screen, the largest: a map of a country with a million parcels
would else be a paste of a megabyte a tile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Integer,
    LargeBinary,
    Select,
    SQLColumnExpression,
    bindparam,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import AdministrativeUnit, BaseMapFeature
from cadastre.queries.applications import applications
from cadastre.queries.asof import AsOf, AtRun
from cadastre.queries.relation import BOX_NAMES, Box, Relation, box_values
from cadastre.queries.territory import COUNTRY, PREFECTURE, REGION, administrative_units, base_map
from cadastre.queries.titles import titles
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones

MAX_ZOOM = 22
EXTENT = 4096
BUFFER = 64
NEAR_ZOOM = 10  # from here on holders and other words of the panel travel with the tile
SPARSE_BELOW_ZOOM = NEAR_ZOOM  # from here on every right is drawn, however small
SPARSE_PIXELS, TILE_PIXELS = 6, 256
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
    sparse: bool = False


def _unit(level: int) -> Callable[[int], SQLColumnExpression[bool]]:
    return lambda _zoom: AdministrativeUnit.level == level


def _base(*layers: str) -> Callable[[int], SQLColumnExpression[bool]]:
    return lambda _zoom: BaseMapFeature.layer.in_(layers)


def _towns(zoom: int) -> SQLColumnExpression[bool]:
    """Keep towns that matter at a zoom: importance falls to 0 for villages."""
    return (BaseMapFeature.layer == "towns") & (BaseMapFeature.importance >= 9 - zoom)


UNIT_PROPERTIES = (("id", "code"), ("name", "name"), ("level", "level"))
RIGHT_PROPERTIES = (("id", "number"), ("name", "name"), ("kind", "kind"), ("status", "status"))
NEAR_PROPERTIES = (("group", "group"), ("holder", "holder"))

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
    "titles": Layer(titles, RIGHT_PROPERTIES, NEAR_PROPERTIES, simplify=False, sparse=True),
    "applications": Layer(
        applications, RIGHT_PROPERTIES, NEAR_PROPERTIES, simplify=False, sparse=True
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
    whole = _tile(tuple(layers), zoom, viewer)
    if whole is None:
        return b""
    box = tile_box(zoom, column, row, BUFFER / EXTENT)
    asked = {**at.parameters(), "column": column, "row": row, **box_values(box)}
    return bytes(session.connection().execute(whole, asked).scalar_one())


@lru_cache(maxsize=512)
def _tile(layers: tuple[str, ...], zoom: int, viewer: Viewer) -> Select[Any] | None:
    """Build the question for any tile of a zoom once: to build it takes longer than to answer."""
    chosen = [_layer(name) for name in layers]
    parts = [
        _part(name, layer, zoom, viewer) for name, layer in chosen if zoom >= layer.from_zoom
    ]
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||")(part)
    return select(type_coerce(whole, LargeBinary))


def refuse_outside(zoom: int, column: int, row: int) -> None:
    """Raise NotFound where the tile matrix set has no such tile."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom):
        raise NotFound("tiles.outside", where=f"{zoom}/{row}/{column}", zoom=MAX_ZOOM)


def tile_box(zoom: int, column: float, row: float, margin: float = 0.0) -> Box:
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


def _part(name: str, layer: Layer, zoom: int, viewer: Viewer) -> SQLColumnExpression[Any]:
    """Encode one layer: rows cut to the tile, then ``ST_AsMVT`` over them; never NULL."""
    rows = _rows(layer, zoom, viewer).subquery(f"{name}_rows")
    encoded = select(
        func.coalesce(func.ST_AsMVT(rows.table_valued(), name, EXTENT, "geom"), literal(b""))
    ).where(rows.c.geom.is_not(None))
    return type_coerce(encoded.scalar_subquery(), LargeBinary)


def _rows(layer: Layer, zoom: int, viewer: Viewer) -> Select[Any]:
    relation = layer.describe(AtRun(), viewer)
    box = func.ST_MakeEnvelope(*map(bindparam, BOX_NAMES), 4326)
    relation = relation.narrowed(relation.geometry.op("&&")(box))
    if layer.where is not None:
        relation = relation.narrowed(layer.where(zoom))
    properties = layer.properties + (layer.near if zoom >= NEAR_ZOOM else ())
    columns: list[SQLColumnExpression[Any]] = [
        relation.fields[field].expression.label(label)
        for label, field in properties
        if field in relation.fields
    ]
    if not (layer.sparse and zoom < SPARSE_BELOW_ZOOM):
        drawn = _drawn(relation.geometry, layer, zoom)
        return relation.select(*columns, drawn).order_by(relation.row_id)
    kept = _sparse(relation, columns, zoom).subquery("kept")
    shown = [column for column in kept.c if column.name not in ("row_id", "ground")]
    return select(*shown, _drawn(kept.c.ground, layer, zoom)).order_by(kept.c.row_id)


def _sparse(
    relation: Relation, columns: Sequence[SQLColumnExpression[Any]], zoom: int
) -> Select[Any]:
    """Keep what is wide enough to be seen, and of the rest the largest in each square.

    Squares lie the same for all tiles of a zoom, so that neighbouring tiles agree.
    """
    ground = relation.geometry
    square = 360.0 / 2**zoom / TILE_PIXELS * SPARSE_PIXELS
    west, south = func.ST_XMin(ground), func.ST_YMin(ground)
    size = func.greatest(func.ST_XMax(ground) - west, func.ST_YMax(ground) - south)
    wide = size >= square
    slot = (
        case((wide, relation.row_id), else_=0),
        case((wide, 0), else_=func.floor(west / square)),
        case((wide, 0), else_=func.floor(south / square)),
    )
    rows = relation.select(*columns, relation.row_id.label("row_id"), ground.label("ground"))
    return rows.ext(distinct_on(*slot)).order_by(*slot, size.desc(), relation.row_id)


def _drawn(
    geometry: SQLColumnExpression[Any], layer: Layer, zoom: int
) -> SQLColumnExpression[Any]:
    if layer.simplify and zoom < DENSE_ZOOM:
        half_unit_deg = 180.0 / 2**zoom / EXTENT
        geometry = func.ST_SimplifyPreserveTopology(geometry, half_unit_deg)
    if zoom >= DENSE_ZOOM:
        geometry = case(
            (func.ST_Dimension(geometry) > 0, func.ST_Segmentize(geometry, DENSE_DEG)),
            else_=geometry,
        )
    place = (bindparam(name, type_=Integer) for name in ("column", "row"))
    envelope = func.ST_TileEnvelope(zoom, *place)
    return func.ST_AsMVTGeom(
        func.ST_Transform(geometry, 3857), envelope, EXTENT, BUFFER, True
    ).label("geom")
