"""Imports for agents: send, look, map, try, confirm, read the report; all without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from api.again import tried_again
from api.imports import report_answer, sent_of_request
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import CadastreError, NotFound, UnusableInput
from cadastre.models import ImportJob, StoredFile
from cadastre.services.import_jobs import (
    abandon,
    choose_layer,
    confirm,
    find_import,
    list_imports,
    order_trial,
    receive,
    resume,
)
from cadastre.services.import_jobs.mappings import (
    find_mapping,
    first_mapping,
    fits,
    list_mappings,
    save_mapping,
)
from cadastre.services.import_jobs.ordering import BY_TWO, COLLECTIONS
from web.views.import_form import body_of_form, can_keep, lines_of, rest_of, words_of
from web.views.told import refused

pages = Blueprint("imports", __name__)
MOST_SHOWN = 200
HEAVIEST = {"block": 0, "warn": 1, "info": 2}


@pages.get("/imports")
@open_to(Access.EXAMINER)
def index() -> str:
    """List imports, and take a file."""
    return _list(None)


def _list(error: CadastreError | None) -> str:
    return render_template(
        "imports/list.html", jobs=list_imports(db_session()), collections=COLLECTIONS,
        refused=_refused(error),
    )  # fmt: skip


@pages.post("/imports")
@open_to(Access.EXAMINER)
def send() -> Any:
    """Keep a file and go to its preview."""
    account = require_account()
    try:
        sent = sent_of_request()
        job = receive(db_session(), account, sent, scanner=state().settings.scanner)
    except CadastreError as error:
        db_session().rollback()
        return _list(error), error.http_status
    return redirect(url_for("imports.one", job_id=job.id), 303)


@pages.get("/imports/<int:job_id>")
@open_to(Access.EXAMINER)
def one(job_id: int) -> str:
    """Show where an import is, and what can be done next."""
    return _show(find_import(db_session(), job_id), None)


def _show(job: ImportJob, error: CadastreError | None) -> str:
    saved = list_mappings(db_session(), job.collection)
    body = first_mapping(job, saved)
    taken = request.args.get("mapping", type=int)
    if taken is not None:
        body = find_mapping(db_session(), job.collection, taken).body
    if error is not None and request.form.get("field-name") is not None:
        body = _said_again(job, body)
    report = job.report or job.trial
    findings = sorted(
        (report or {}).get("findings", ()), key=lambda one: (HEAVIEST[one["severity"]], one["row"])
    )
    fault = job.fault and _say_fault(job.fault)
    return render_template(
        "imports/one.html", job=job, report=report, findings=findings[:MOST_SHOWN],
        total=len(findings), lines=lines_of(job, body), words=words_of(job, body),
        rest=rest_of(job, body), can_keep=can_keep(job), taken=taken,
        saved=[each for each in saved if fits(each.body, set(job.preview["fields"]))],
        by_two=job.collection in BY_TWO and require_account().id == job.account_id,
        changeable=job.confirmed_at is None and job.state in ("prepared", "tried", "failed"),
        refused=_refused(error), fault=fault, language=current_language(),
    )  # fmt: skip


def _said_again(job: ImportJob, body: dict[str, Any]) -> dict[str, Any]:
    try:
        return body_of_form(request.form, job, body)
    except UnusableInput:
        return body


def _say_fault(fault: dict[str, Any]) -> Any:
    return refused(CadastreError(fault["code"], fault["where"], **fault["values"]),
                   current_language())  # fmt: skip


def _refused(error: CadastreError | None) -> Any:
    return None if error is None else refused(error, current_language())


@pages.post("/imports/<int:job_id>/layer")
@open_to(Access.EXAMINER)
@tried_again
def layer(job_id: int) -> Any:
    """Look at another layer of the file."""
    wanted = request.form.get("layer", "")
    return _act(job_id, lambda job: choose_layer(db_session(), require_account(), job, wanted))


@pages.post("/imports/<int:job_id>/mapping")
@open_to(Access.EXAMINER)
@tried_again
def mapping(job_id: int) -> Any:
    """Keep the mapping, save it under a name when one is given, and order the dry run."""

    def act(job: ImportJob) -> None:
        session, account, form = db_session(), require_account(), request.form
        taken = form.get("mapping", type=int)
        base = find_mapping(session, job.collection, taken).body if taken else job.mapping or {}
        body = body_of_form(form, job, base)
        if form.get("save-as", "").strip():
            save_mapping(session, account, job.collection, form["save-as"], body)
        order_trial(session, account, job, body, form.get("crs", "").strip() or None)

    return _act(job_id, act)


@pages.post("/imports/<int:job_id>/confirmation")
@open_to(Access.EXAMINER)
@tried_again
def confirmation(job_id: int) -> Any:
    """Order the real import."""

    def act(job: ImportJob) -> None:
        if request.form.get("read") != "yes":
            raise UnusableInput("imports.unread", where="read")
        confirm(db_session(), require_account(), job, dt.datetime.now(dt.UTC))

    return _act(job_id, act)


@pages.post("/imports/<int:job_id>/resumption")
@open_to(Access.EXAMINER)
@tried_again
def resumption(job_id: int) -> Any:
    """Take up again an import that stopped."""
    return _act(job_id, lambda job: resume(db_session(), require_account(), job))


@pages.post("/imports/<int:job_id>/abandonment")
@open_to(Access.EXAMINER)
@tried_again
def abandonment(job_id: int) -> Any:
    """Put an import away."""
    return _act(job_id, lambda job: abandon(db_session(), require_account(), job))


def _act(job_id: int, act: Callable[[ImportJob], None]) -> Any:
    job = find_import(db_session(), job_id, lock=True)
    try:
        act(job)
    except CadastreError as error:
        db_session().rollback()
        return _show(find_import(db_session(), job_id), error), error.http_status
    return redirect(url_for("imports.one", job_id=job_id), 303)


@pages.get("/imports/<int:job_id>/report.csv")
@open_to(Access.EXAMINER)
def report(job_id: int) -> Response:
    """Give the whole report: of the import, else of the dry run."""
    return report_answer(job_id)


@pages.get("/imports/<int:job_id>/file")
@open_to(Access.EXAMINER)
def original(job_id: int) -> AnyResponse:
    """Give the file as it was sent, shut away from our pages."""
    job = find_import(db_session(), job_id)
    kept = db_session().get(StoredFile, job.sha256)
    if kept is None:
        raise NotFound("imports.unknown", where=str(job_id))
    answer = make_response(kept.content)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers.set("Content-Disposition", "attachment", filename=job.filename)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
