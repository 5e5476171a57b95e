"""Imports for agents and their programs: send, try, confirm, fetch the report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import ImportJob, StoredFile
from cadastre.services.import_jobs import (
    abandon,
    confirm,
    find_import,
    list_imports,
    order_trial,
    receive,
    resume,
)
from cadastre.services.import_jobs.mappings import first_mapping, list_mappings, save_mapping
from cadastre.services.import_jobs.ordering import Sent
from cadastre.services.import_jobs.report import report_csv

import_routes = Blueprint("imports_api", __name__)


class MappingRequest(Shape):
    """How the file is read: a mapping as of ``cadastre import --map``, and the system if silent."""

    mapping: dict[str, Any] = Field(examples=[{"fields": {"name": "nom", "kind": "type"}}])
    crs: str | None = Field(None, max_length=200, examples=["EPSG:32631"])
    save_as: str | None = Field(None, max_length=80)


class ImportShape(Shape):
    """An import: where it is, what its file holds, what the dry run or the import said."""

    number: int
    collection: str
    file: str
    sha256: str
    layer: str | None
    crs: str | None
    state: str
    done: int
    preview: dict[str, Any]
    mapping: dict[str, Any]
    trial: dict[str, Any] | None
    report: dict[str, Any] | None
    fault: dict[str, Any] | None


class ImportList(Shape):
    """Imports, the latest first, without their reports."""

    imports: list[dict[str, Any]]


def sent_of_request() -> Sent:
    """Take the file of a multipart request.

    Raises
    ------
    UnusableInput
        ``imports.no-file``.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise UnusableInput("imports.no-file", where="file")
    layer = request.form.get("layer") or None
    return Sent(file.filename, file.read(), request.form.get("collection", ""), layer)


@import_routes.get("/api/imports")
@open_to(Access.EXAMINER)
@documented(Operation("Imports, the latest first", ImportList, parameters=(LANG,)))
def listed() -> Response:
    """List imports."""
    told = [
        {"number": job.id, "collection": job.collection, "file": job.filename, "state": job.state}
        for job in list_imports(db_session())
    ]
    return json_response({"imports": told})


@import_routes.post("/api/imports")
@limiter.limit(HEAVY)
@open_to(Access.EXAMINER)
@documented(Operation("Send a file to import", ImportShape, parameters=(LANG,), upload=True,
                      status=201))  # fmt: skip
def sent() -> Response:
    """Keep ``file`` for ``collection`` (and ``layer``), and say what it holds."""
    account, settings = require_account(), state().settings
    job = receive(db_session(), account, sent_of_request(), scanner=settings.scanner)
    return json_response(_shape(job), 201)


@import_routes.get("/api/imports/<int:number>")
@open_to(Access.EXAMINER)
@documented(Operation("An import", ImportShape, parameters=(LANG,)))
def one(number: int) -> Response:
    """Give an import with its reports."""
    return json_response(_shape(find_import(db_session(), number)))


@import_routes.put("/api/imports/<int:number>/mapping")
@open_to(Access.EXAMINER)
@documented(Operation("Say how fields are read, and order the dry run", ImportShape,
                      MappingRequest, (LANG,)))  # fmt: skip
@tried_again
def mapped(number: int) -> Response:
    """Keep a mapping, under a name when one is given, and order the dry run."""
    asked, account, session = json_body(MappingRequest), require_account(), db_session()
    job = find_import(session, number, lock=True)
    order_trial(session, account, job, asked.mapping, asked.crs)
    if asked.save_as:
        save_mapping(session, account, job.collection, asked.save_as, asked.mapping)
    return json_response(_shape(job))


@import_routes.post("/api/imports/<int:number>/confirmation")
@open_to(Access.EXAMINER)
@documented(Operation("Confirm what was tried", ImportShape, parameters=(LANG,)))
@tried_again
def confirmed(number: int) -> Response:
    """Order the real import; titles and applications want another agent than the sender."""
    job = find_import(db_session(), number, lock=True)
    confirm(db_session(), require_account(), job, dt.datetime.now(dt.UTC))
    return json_response(_shape(job))


@import_routes.post("/api/imports/<int:number>/resumption")
@open_to(Access.EXAMINER)
@documented(Operation("Take a stopped import up again", ImportShape, parameters=(LANG,)))
@tried_again
def resumed(number: int) -> Response:
    """Go on with a confirmed import that stopped; no row is written twice."""
    job = find_import(db_session(), number, lock=True)
    resume(db_session(), require_account(), job)
    return json_response(_shape(job))


@import_routes.delete("/api/imports/<int:number>")
@open_to(Access.EXAMINER)
@documented(Operation("Put an unconfirmed import away", ImportShape, parameters=(LANG,)))
@tried_again
def abandoned(number: int) -> Response:
    """Abandon an import; its file and dry run stay for the record."""
    job = find_import(db_session(), number, lock=True)
    abandon(db_session(), require_account(), job)
    return json_response(_shape(job))


@import_routes.get("/api/imports/<int:number>/report.csv")
@open_to(Access.EXAMINER)
@documented(Operation("The whole report", media_types=("text/csv",)))
def report(number: int) -> Response:
    """Give the report of the import, else of its dry run."""
    return report_answer(number)


def report_answer(number: int) -> Response:
    """Answer with a report as a file: the document that was kept, once there is one.

    Raises
    ------
    NotFound
        ``imports.no-report``.
    """
    job = find_import(db_session(), number)
    if job.report_sha256 is not None:
        content = db_session().get_one(StoredFile, job.report_sha256).content
    elif job.trial is not None:
        content = report_csv(job.trial)
    else:
        raise NotFound("imports.no-report", where=str(number))
    answer = Response(content, content_type="text/csv; charset=utf-8")
    name = f"import-{number}{'' if job.report_sha256 else '-essai'}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shape(job: ImportJob) -> dict[str, Any]:
    saved = list_mappings(db_session(), job.collection)
    return {
        "number": job.id,
        "collection": job.collection,
        "file": job.filename,
        "sha256": job.sha256,
        "layer": job.layer,
        "crs": job.crs,
        "state": job.state,
        "done": job.done,
        "preview": job.preview,
        "mapping": first_mapping(job, saved),
        "trial": job.trial,
        "report": job.report,
        "fault": job.fault,
    }
