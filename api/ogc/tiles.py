"""Serve vector tiles of WebMercatorQuad: the whole map in one, or one collection."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable

from flask import Blueprint, Response, request

from api.parameters import parse_moment
from api.permissions import Access, open_to
from api.session import reading_session
from cadastre.errors import NotFound
from cadastre.queries.tiles import LAYERS, OF_COLLECTION, make_tile

MVT = "application/vnd.mapbox-vector-tile"
SMALLEST_TO_COMPRESS = 400
REGISTER_LAYERS = {"titles", "applications", "zones", "works"}
REGISTER_AGE_S = 15  # an application must show soon after it is filed
BASE_AGE_S = 3600

tile_routes = Blueprint("ogc-tiles", __name__)


@tile_routes.get("/ogc/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>")
@open_to(Access.ANYBODY)
def map_tile(zoom: int, row: int, column: int) -> Response:
    """Give one tile with all layers, or those named in ``layers``."""
    names = [name for name in request.args.get("layers", "").split(",") if name]
    return answer(zoom, column, row, names or list(LAYERS))


@tile_routes.get(
    "/ogc/collections/<collection>/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>"
)
@open_to(Access.ANYBODY)
def collection_tile(collection: str, zoom: int, row: int, column: int) -> Response:
    """Give one tile of one collection."""
    if collection not in OF_COLLECTION:
        raise NotFound(
            "queries.unknown-collection", where=collection, known=", ".join(OF_COLLECTION)
        )
    return answer(zoom, column, row, OF_COLLECTION[collection])


def answer(zoom: int, column: int, row: int, layers: Iterable[str]) -> Response:
    """Make, compress and label a tile; an unchanged one costs the client nothing."""
    chosen = tuple(layers)
    moment = parse_moment(request.args)
    tile = make_tile(reading_session(), zoom, column, row, moment, layers=chosen)
    response = Response(tile, content_type=MVT)
    response.set_etag(hashlib.sha256(tile).hexdigest()[:32])
    response.cache_control.public = True
    response.cache_control.max_age = REGISTER_AGE_S if REGISTER_LAYERS & set(chosen) else BASE_AGE_S
    response.vary.add("Accept-Encoding")
    response.make_conditional(request)
    if response.status_code == 200 and _is_worth_compressing(tile):
        response.set_data(gzip.compress(tile, 6))
        response.content_encoding = "gzip"
    return response


def _is_worth_compressing(tile: bytes) -> bool:
    return len(tile) >= SMALLEST_TO_COMPRESS and "gzip" in request.accept_encodings
