"""OGC API Tiles: what the vector tiles hold and where they lie, for QGIS, MapLibre and others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.ogc.answers import answer
from api.ogc.links import JSON, MVT, link
from api.ogc.systems import CRS84, EPSG
from api.permissions import Access, open_to
from api.state import now, state
from cadastre.errors import NotFound
from cadastre.queries.tiles import LAYERS, MAX_ZOOM, NEAR_ZOOM, OF_COLLECTION, Layer
from cadastre.queries.visibility import ANYBODY
from cadastre.sentences import say

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
HALF_M = 20037508.342789244
# OGC 17-083r4, annex E: a pixel of 0.28 mm at the equator.
SCALE_0, SIZE_0_M = 559082264.0287178, 156543.03392804097

tileset_routes = Blueprint("ogc-tilesets", __name__)


@tileset_routes.get("/ogc/tileMatrixSets")
@open_to(Access.ANYBODY)
@documented(Operation("The grids that tiles lie in"))
def matrix_sets() -> Response:
    """List the tile matrix sets."""
    path = f"/ogc/tileMatrixSets/{MATRIX_SET}"
    listed = {"id": MATRIX_SET, "uri": MATRIX_SET_URI, "links": [link(path, "self")]}
    return answer("tilesets", {"tileMatrixSets": [listed]})


@tileset_routes.get("/ogc/tileMatrixSets/<name>")
@open_to(Access.ANYBODY)
@documented(Operation("One grid of tiles"))
def matrix_set(name: str) -> Response:
    """Give a tile matrix set: corners, scales and counts at each zoom."""
    _refuse_other(name)
    matrices = [
        {
            "id": str(zoom),
            "scaleDenominator": SCALE_0 / 2**zoom,
            "cellSize": SIZE_0_M / 2**zoom,
            "pointOfOrigin": [-HALF_M, HALF_M],
            "cornerOfOrigin": "topLeft",
            "tileWidth": 256,
            "tileHeight": 256,
            "matrixWidth": 2**zoom,
            "matrixHeight": 2**zoom,
        }
        for zoom in range(MAX_ZOOM + 1)
    ]
    body = {
        "id": MATRIX_SET, "title": "Google Maps Compatible for the World", "uri": MATRIX_SET_URI,
        "crs": EPSG.format(3857), "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    }  # fmt: skip
    return answer("tilesets", body)


@tileset_routes.get("/ogc/tiles")
@open_to(Access.ANYBODY)
@documented(Operation("Tile sets of the whole map", parameters=(LANG,)))
def tilesets() -> Response:
    """List the tile sets of all collections together."""
    return _listed("/ogc/tiles", None)


@tileset_routes.get("/ogc/collections/<collection>/tiles")
@open_to(Access.ANYBODY)
@documented(Operation("Tile sets of a collection", parameters=(LANG,)))
def collection_tilesets(collection: str) -> Response:
    """List the tile sets of one collection."""
    _refuse_without_tiles(collection)
    return _listed(f"/ogc/collections/{collection}/tiles", collection)


@tileset_routes.get("/ogc/tiles/<name>")
@open_to(Access.ANYBODY)
@documented(Operation("Tile set of the whole map; f=tilejson for TileJSON", parameters=(LANG,)))
def tileset(name: str) -> Response:
    """Describe the tiles of the whole map."""
    _refuse_other(name)
    return _described("/ogc/tiles", None)


@tileset_routes.get("/ogc/collections/<collection>/tiles/<name>")
@open_to(Access.ANYBODY)
@documented(Operation("Tile set of a collection; f=tilejson for TileJSON", parameters=(LANG,)))
def collection_tileset(collection: str, name: str) -> Response:
    """Describe the tiles of one collection."""
    _refuse_other(name)
    _refuse_without_tiles(collection)
    return _described(f"/ogc/collections/{collection}/tiles", collection)


def tilejson(path: str, collection: str | None) -> dict[str, Any]:
    """Describe tiles as TileJSON 3.0 has it."""
    return {
        "tilejson": "3.0.0",
        "name": _title(collection),
        "tiles": [_template(path, "{z}/{y}/{x}")["href"]],
        "scheme": "xyz",
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": list(state().ruleset.envelope),
        "vector_layers": [
            {
                "id": name,
                "minzoom": layer.from_zoom,
                "maxzoom": MAX_ZOOM,
                "fields": {name: kind for name, kind, _ in _fields(layer)},
            }
            for name, layer in _layers(collection)
        ],
    }


def _listed(path: str, collection: str | None) -> Response:
    listed = {**_head(collection), "links": [link(f"{path}/{MATRIX_SET}", "self")]}
    return answer("tilesets", {"tilesets": [listed], "links": [link(path, "self")]})


def _described(path: str, collection: str | None) -> Response:
    if request.args.get("f") == "tilejson":
        return answer("tilejson", tilejson(path, collection))
    whole = f"{path}/{MATRIX_SET}"
    west, south, east, north = state().ruleset.envelope
    body = {
        **_head(collection),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "layers": [_layer(name, layer) for name, layer in _layers(collection)],
        "links": [
            link(whole, "self"),
            _template(path, "{tileMatrix}/{tileRow}/{tileCol}"),
            link(f"{whole}?f=tilejson", "describedby", JSON, "TileJSON"),
            link(f"/ogc/tileMatrixSets/{MATRIX_SET}", SCHEME),
        ],
    }
    return answer("tilesets", body)


def _head(collection: str | None) -> dict[str, Any]:
    return {
        "title": _title(collection),
        "dataType": "vector",
        "crs": EPSG.format(3857),
        "tileMatrixSetURI": MATRIX_SET_URI,
    }


def _layer(name: str, layer: Layer) -> dict[str, Any]:
    return {
        "id": name,
        "dataType": "vector",
        "minTileMatrix": str(layer.from_zoom),
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {
            "type": "object",
            "properties": {
                name: {"type": kind, **({"x-from-tile-matrix": str(zoom)} if zoom else {})}
                for name, kind, zoom in _fields(layer)
            },
        },
    }


def _fields(layer: Layer) -> list[tuple[str, str, int]]:
    """List the properties a viewer finds in a layer: name, JSON type, first zoom."""
    fields = layer.describe(now(), ANYBODY).fields
    always = [(label, fields[field].type, 0) for label, field in layer.properties
              if field in fields]  # fmt: skip
    near = [(label, fields[field].type, NEAR_ZOOM) for label, field in layer.near
            if field in fields]  # fmt: skip
    return always + near


def _layers(collection: str | None) -> list[tuple[str, Layer]]:
    names = OF_COLLECTION[collection] if collection else tuple(LAYERS)
    return [(name, LAYERS[name]) for name in names]


def _title(collection: str | None) -> str:
    language = current_language()
    return say(f"collection.{collection}" if collection else "ogc.whole-map", language)


def _template(path: str, ending: str) -> dict[str, Any]:
    return link(f"{path}/{MATRIX_SET}/{ending}", "item", MVT) | {"templated": True}


def _refuse_other(name: str) -> None:
    if name != MATRIX_SET:
        raise NotFound("ogc.no-matrix-set", where=name[:60], known=MATRIX_SET)


def _refuse_without_tiles(collection: str) -> None:
    if collection not in OF_COLLECTION:
        known = ", ".join(OF_COLLECTION)
        raise NotFound("queries.unknown-collection", where=collection[:60], known=known)
