"""Hand over collections and drawn perimeters as files."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api import session as api_session
from api.body import json_body
from api.checks import read_perimeter
from api.documentation import AT, BBOX, LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.ogc.links import base
from api.parameters import parse_bbox, parse_known, parse_moment
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import PerimeterExport
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from api.viewing import exporting_viewer, shared_viewer
from cadastre.exchange.write import FORMATS, format_of
from cadastre.geometry.crs import WGS84
from cadastre.queries.visibility import Viewer
from cadastre.services.checks import check_perimeter, today
from cadastre.services.data_catalogue import iso_record
from cadastre.services.export_jobs.ordering import is_large, order
from cadastre.services.export_jobs.telling import job_json
from cadastre.services.exports import (
    Export,
    ExportRequest,
    export_collection,
    export_perimeter,
)
from cadastre.services.labels import kind_labels
from cadastre.services.papers import paper_for
from cadastre.services.qgis_project import MEDIA_TYPE as PROJECT
from cadastre.services.qgis_project import linked_project, project_with_data

export_routes = Blueprint("exports", __name__)
FORMAT = Parameter("format", f"One of {', '.join(FORMATS)}", example="geojson")
CRS = Parameter("crs", "System of the file; GeoJSON is always EPSG:4326", example="EPSG:32631")
KNOWN = Parameter("known", "Instant until which the register knew", example="2026-11-24T12:00:00Z")
PACKAGE = Parameter("package", "zip: the file and its metadata together", example="zip")
MEDIA_TYPES = tuple(sorted({each.media_type.partition(";")[0] for each in FORMATS.values()}))


@export_routes.get("/api/exports/<collection>")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "A collection as a file",
        parameters=(
            FORMAT, BBOX, Parameter("where", "CQL2 filter", example="area_ha > 100"), CRS, AT,
            KNOWN, PACKAGE, LANG,
        ),
        media_types=MEDIA_TYPES,
    )
)  # fmt: skip
def collection_file(collection: str) -> Response:
    """Give a collection, or the part that a box and a filter leave, as an attachment.

    More than 10,000 features are ordered instead (202): the answer says where to follow the work,
    a browser is led there.
    """
    wanted = ExportRequest(
        collection,
        request.args.get("format", "geojson"),
        parse_moment(request.args),
        parse_bbox(request.args.get("bbox")),
        request.args.get("where"),
        request.args.get("crs", WGS84),
        current_language(),
        parse_known(request.args),
        kind_labels(state().ruleset, collection, current_language()),
    )
    viewer = exporting_viewer(collection)
    if is_large(db_session(), wanted, viewer):
        return ordered(wanted, viewer)
    if request.args.get("package") == "zip":
        return packaged(_exported(wanted, viewer))
    if format_of(wanted.format).streams:
        return streamed(wanted, viewer)
    return attachment(_exported(wanted, viewer))


def _exported(wanted: ExportRequest, viewer: Viewer) -> Export:
    paper = paper_for(
        db_session(), state().ruleset, wanted.collection, wanted.at, base(), wanted.language
    )
    return export_collection(db_session(), wanted, viewer, paper=paper)


@export_routes.get("/api/exports/project.qgz")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "A QGIS project of the register",
        parameters=(
            Parameter("data", "inside: a zip with the data in a GeoPackage", example="inside"),
            AT, LANG,
        ),
        media_types=(PROJECT, "application/zip"),
    )
)  # fmt: skip
def project_file() -> Response:
    """Give a project over OGC API Features or, with ``data=inside``, zipped with a GeoPackage."""
    at, ruleset = parse_moment(request.args), state().ruleset
    if request.args.get("data") == "inside":
        viewer = shared_viewer("overlaps")  # the office also takes overlaps; nobody's name
        made = project_with_data(db_session(), ruleset, at, current_language(), viewer)
        return attachment(made)
    return attachment(linked_project(ruleset, at, base(), current_language()))


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


def ordered(wanted: ExportRequest, viewer: Viewer) -> Response:
    """Order a large export, and tell where it can be followed and fetched."""
    # A request that looks back may write nothing; the order is written beside it.
    session = Session(state().engine) if wanted.known else db_session()
    try:
        account_id = current_actor().account_id
        job = order(session, wanted, account_id=account_id, clearance=viewer.clearance)
        told = job_json(job, current_language())
        if wanted.known:
            session.commit()
    finally:
        if wanted.known:
            session.close()
    if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
        return Response(status=303, headers={"Location": f"/data/jobs/{told['key']}"})
    response = json_response(told, 202)
    response.headers["Location"] = told["href"]
    response.headers["Retry-After"] = "2"
    return response


def attachment(export: Export) -> Response:
    """Send a file; its content is complete before the database session ends."""
    return _named(Response(b"".join(export.content), content_type=export.media_type), export)


def streamed(wanted: ExportRequest, viewer: Viewer) -> Response:
    """Send a file while it is read, in a session of its own that outlives the request's.

    The first piece is made before the answer begins, so that a refusal is still said as one.
    """
    session = api_session.open_session()
    try:
        export = export_collection(session, wanted, viewer)
        first = next(export.content, b"")
    except BaseException:
        session.close()
        raise
    response = Response(_until_read(session, first, export), content_type=export.media_type)
    response.call_on_close(session.close)
    return _named(response, export)


def _until_read(session: Session, first: bytes, export: Export) -> Iterator[bytes]:
    try:
        yield first
        yield from export.content
    finally:
        session.close()


def packaged(export: Export) -> Response:
    """Send a zip of a file and the metadata that tells what it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(export.filename, b"".join(export.content))
        about = json.dumps(export.about(), ensure_ascii=False, indent=2)
        pack.writestr(f"{export.filename}.meta.json", about)
        pack.writestr(f"{export.filename}.iso19139.xml", _iso(export))
    name = f"{export.filename.rpartition('.')[0]}-{export.filename.rpartition('.')[2]}.zip"
    response = Response(out.getvalue(), content_type="application/zip")
    return _named(response, Export(name, "application/zip", iter(())))


def _iso(export: Export) -> bytes:
    told = export.about()
    return iso_record(
        state().ruleset, base(), told["collection"], current_language(),
        issued=dt.datetime.fromisoformat(told["issued"]), crs=told["crs"],
        bbox=told["filter"]["bbox"], id=f"urn:sha256:{told['checksum']['value']}",
    )  # fmt: skip


def _named(response: Response, export: Export) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{export.filename}"'
    return response
