"""The page of public data: files that are ready, services, feeds; and the page of one order."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template

from api import session as api_session
from api.export_jobs import file_response, job_of
from api.language import current_language
from api.ogc.links import base
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotFound
from cadastre.exchange.write import FORMATS
from cadastre.models import ExportJob
from cadastre.queries.catalogue import collections_for, relation_of
from cadastre.services.data_catalogue import catalogue_jsonld, iso_record
from cadastre.services.export_jobs.bulk import bulk_files
from cadastre.services.export_jobs.telling import job_json

pages = Blueprint("data_page", __name__)
AGE_S = 60


@pages.get("/data")
def data() -> str:
    """Show every public collection with its files, and the other ways in."""
    ready: dict[str, list[tuple[str, ExportJob]]] = {}
    for job in bulk_files(db_session()):
        name = f"{job.collection}{FORMATS[job.format].suffix}"
        ready.setdefault(job.collection, []).append((name, job))
    return render_template(
        "data/page.html", collections=collections_for(), ready=ready, formats=FORMATS
    )


@pages.get("/data/jobs/<key>")
def job(key: str) -> Response:
    """Show how far an ordered export is; the page comes again by itself until it is done."""
    told = job_json(job_of(db_session(), key), current_language())
    response = Response(render_template("data/job.html", job=told))
    response.headers["Cache-Control"] = "private, no-store"
    if told["state"] in ("waiting", "running"):
        response.headers["Refresh"] = "3"
    return response


@pages.get("/data/catalog.jsonld")
def catalog() -> Response:
    """Give the catalogue that other portals harvest (DCAT)."""
    told = catalogue_jsonld(
        state().ruleset, base(), bulk_files(db_session()), now().instant
    )
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return _public(Response(text, content_type="application/ld+json"))


@pages.get("/data/<collection>.xml")
def record(collection: str) -> Response:
    """Give the ISO 19115 record of a collection."""
    relation_of(collection, now())
    content = iso_record(
        state().ruleset, base(), collection, current_language(), issued=now().instant
    )
    return _public(Response(content, content_type="application/xml"))


@pages.get("/data/files/<name>")
def file(name: str) -> Response:
    """Give the newest public file of a collection; its tag is its SHA-256."""
    session = api_session.open_session()
    try:
        found = [
            job for job in bulk_files(session)
            if f"{job.collection}{FORMATS[job.format].suffix}" == name
        ]  # fmt: skip
        if not found:
            raise NotFound("data.no-file-of", where=name[:60], href="/data")
        response = file_response(session, found[0])
    except BaseException:
        session.close()
        raise
    return _public(response)


def _public(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = AGE_S
    return response
