"""Hand over collections and drawn perimeters as files."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.body import json_body
from api.checks import read_perimeter
from api.documentation import AT, BBOX, LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_bbox, parse_moment
from api.permissions import Access, open_to
from api.schemas import PerimeterExport
from api.session import db_session
from api.state import state
from cadastre.geometry.crs import WGS84
from cadastre.services.checks import check_perimeter, today
from cadastre.services.exports import (
    Export,
    ExportRequest,
    export_collection,
    export_perimeter,
)

export_routes = Blueprint("exports", __name__)
FORMAT = Parameter("format", "geojson, shapefile, gpkg or csv", example="geojson")
CRS = Parameter("crs", "System of the file; GeoJSON is always EPSG:4326", example="EPSG:32631")
MEDIA_TYPES = ("application/geo+json", "application/zip", "text/csv")


@export_routes.get("/api/exports/<collection>")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "A collection as a file",
        parameters=(
            FORMAT, BBOX, Parameter("where", "CQL2 filter", example="area_ha > 100"), CRS, AT, LANG
        ),
        media_types=MEDIA_TYPES,
    )
)  # fmt: skip
def collection_file(collection: str) -> Response:
    """Give a collection, or the part that a box and a filter leave, as an attachment."""
    wanted = ExportRequest(
        collection,
        request.args.get("format", "geojson"),
        parse_moment(request.args),
        parse_bbox(request.args.get("bbox")),
        request.args.get("where"),
        request.args.get("crs", WGS84),
        current_language(),
    )
    return attachment(export_collection(db_session(), wanted))


@export_routes.post("/api/exports/perimeter")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation("A drawn perimeter as a file", None, PerimeterExport, (FORMAT, LANG), MEDIA_TYPES)
)
def perimeter_file() -> Response:
    """Give a drawn perimeter, with its areas, as an attachment."""
    asked = json_body(PerimeterExport)
    ruleset = state().ruleset
    reading = read_perimeter(asked.geometry, asked.corners, asked.crs, asked.answers, ruleset)
    report = check_perimeter(None, ruleset, reading, kind=None, substances=(), at=today(ruleset))
    export = export_perimeter(
        reading,
        request.args.get("format", "geojson"),
        name=asked.name,
        area=report.area,
        crs=request.args.get("crs", WGS84),
        language=current_language(),
    )
    return attachment(export)


def attachment(export: Export) -> Response:
    """Send a file; its content is complete before the database session ends."""
    response = Response(b"".join(export.content), content_type=export.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{export.filename}"'
    return response
