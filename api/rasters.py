"""List the rasters that may be seen, and paint them as tiles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.limits import PAGED, limiter
from api.ogc.links import base
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import RasterList
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import NotFound
from cadastre.exchange.rasters import Readers
from cadastre.models import Raster
from cadastre.queries.rasters import raster_named, rasters_for
from cadastre.queries.visibility import Viewer
from cadastre.rules.permissions import Classification, clearance
from cadastre.services.rasters import rasters_folder
from cadastre.services.rasters.legend import look_of
from cadastre.services.rasters.place import readers_of

raster_routes = Blueprint("rasters", __name__)
DEEPEST = 22
HALF_WORLD_M = 20_037_508.342789244
TILE_AGE_S = 7 * 86_400  # the address names the version: another raster, another address
VERSION = 12  # letters of the hash


@raster_routes.get("/api/rasters")
@limiter.limit(PAGED)
@open_to(Access.ANYBODY)
@documented(Operation("Rasters that can be shown and summed up", RasterList, None, (LANG,)))
def rasters() -> Response:
    """List rasters with legend, licence, place, and the address of their tiles."""
    viewer = Viewer(clearance(current_actor()))
    listed = [raster_json(one, current_language()) for one in rasters_for(db_session(), viewer)]
    for one in listed:
        one["tiles"] = base() + one["tiles"]
    response = json_response({"rasters": listed})
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


@raster_routes.get("/api/rasters/<key>/<version>/<int:zoom>/<int:row>/<int:column>")
@open_to(Access.ANYBODY)
@documented(Operation("A tile of a raster (WebMercatorQuad)", media_types=("image/png",)))
def raster_tile(key: str, version: str, zoom: int, row: int, column: int) -> Response:
    """Paint a tile; what a reader may not see is not found, and kept by no shared cache."""
    raster = raster_named(db_session(), key, Viewer(clearance(current_actor())))
    if raster is None or version != raster.sha256[:VERSION]:
        raise NotFound("rasters.unknown", where=key[:60])
    if zoom > DEEPEST or not (0 <= row < 2**zoom and 0 <= column < 2**zoom):
        raise NotFound("rasters.no-tile", where=f"{zoom}/{row}/{column}")
    etag = f"{raster.id}-{raster.sha256[:VERSION]}-{zoom}-{row}-{column}"
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        painted = raster_readers().tile(
            f"{raster.sha256}.tif", _box(zoom, row, column), look_of(raster)
        )
        response = Response(painted, content_type="image/png")
    return _labelled(response, etag, raster)


def raster_readers() -> Readers:
    """Give the workers that read this deployment's rasters."""
    return readers_of(rasters_folder(state().settings))


def raster_json(raster: Raster, language: str) -> dict[str, Any]:
    """Describe a raster; ``tiles`` is an address with {z}, {y} and {x}, without the site."""
    return {
        "key": raster.key,
        "name": raster.name[language],
        "kind": raster.kind,
        "measure": raster.measure,
        "unit": raster.unit,
        "legend": legend_json(raster, language),
        "attribution": raster.attribution,
        "licence": raster.licence,
        "bounds": raster.about["bounds"],
        "cell_m": round(raster.about["cell_m"], 1),
        "classification": raster.classification,
        "tiles": f"/api/rasters/{raster.key}/{raster.sha256[:VERSION]}/{{z}}/{{y}}/{{x}}",
    }


def legend_json(raster: Raster, language: str) -> dict[str, Any]:
    """Give colours with the values or names they stand for."""
    legend = raster.legend
    return {
        "range": legend.get("range"),
        "palette": legend.get("palette", []),
        "classes": [
            {"value": int(value), "name": one[language], "colour": one["colour"]}
            for value, one in sorted(legend.get("classes", {}).items(), key=lambda it: int(it[0]))
        ],
    }


def _box(zoom: int, row: int, column: int) -> tuple[float, float, float, float]:
    """Give a tile's west, south, east and north in metres of Web Mercator."""
    side = 2 * HALF_WORLD_M / 2**zoom
    west, north = column * side - HALF_WORLD_M, HALF_WORLD_M - row * side
    return west, north - side, west + side, north


def _labelled(response: Response, etag: str, raster: Raster) -> Response:
    response.set_etag(etag)
    response.cache_control.max_age = TILE_AGE_S
    if raster.classification == Classification.PUBLIC.name.lower():
        response.cache_control.public = True
        response.cache_control.immutable = True
    else:  # who signs out must not be shown it again
        response.cache_control.private = True
        response.cache_control.max_age = None
        response.cache_control.no_cache = True
    return response
