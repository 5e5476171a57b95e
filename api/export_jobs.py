"""Follow an ordered export, and fetch its file with the rights it was ordered with."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api import session as api_session
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from api.sign_in import current_actor
from cadastre.models import ExportJob
from cadastre.rules.permissions import export_clearance
from cadastre.services.export_jobs.ordering import find_job, pieces_of
from cadastre.services.export_jobs.telling import job_json

export_job_routes = Blueprint("export_jobs", __name__)


@export_job_routes.get("/api/exports/jobs/<key>")
@open_to(Access.ANYBODY)
@documented(Operation("How far an ordered export is", parameters=(LANG,)))
def job_state(key: str) -> Response:
    """Tell how far a job is; its key opens it to whoever ordered it."""
    response = json_response(job_json(job_of(db_session(), key), current_language()))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@export_job_routes.get("/api/exports/jobs/<key>/file")
@open_to(Access.ANYBODY)
@documented(Operation("The file of an ordered export", media_types=("application/octet-stream",)))
def job_file(key: str) -> Response:
    """Give the file while it is read from the base, in a session that outlives the request's."""
    session = api_session.open_session()
    try:
        job = job_of(session, key)
        response = file_response(session, job)
    except BaseException:
        session.close()
        raise
    response.headers["Cache-Control"] = "private, no-store"
    return response


def file_response(session: Session, job: ExportJob) -> Response:
    """Send the bytes of a finished job; an unchanged file costs the client nothing."""
    content = pieces_of(session, job)
    response = Response(_until_read(session, content), content_type=job.media_type)
    response.call_on_close(session.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{job.filename}"'
    response.headers["Content-Length"] = str(job.size)
    response.set_etag(str(job.sha256))
    response.make_conditional(request)
    return response


def job_of(session: Session, key: str) -> ExportJob:
    """Find a job that the present account ordered and may still take away."""
    actor = current_actor()
    return find_job(
        session, key, account_id=actor.account_id, clearance=export_clearance(actor)
    )


def _until_read(session: Session, content: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from content
    finally:
        session.close()
