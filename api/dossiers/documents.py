"""Attach pieces, open them, take them back, and say whether they serve."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.dossiers.common import asked_for, shown
from api.dossiers.shapes import DocumentShape, DossierShape, VerdictRequest
from api.limits import HEAVY, limiter
from api.parameters import parse_day
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.exchange.pieces.media import SHOWN_IN_PAGE
from cadastre.services.dossiers.documents import Upload, attach, judge, read_document, take_back
from cadastre.services.dossiers.parts import document_json

document_routes = Blueprint("dossier_documents", __name__)
LONGEST_TITLE = 200


@document_routes.post("/api/dossiers/<number>/documents")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(
    Operation("Attach a document", DocumentShape, parameters=(LANG,), upload=True, status=201)
)
def add(number: str) -> Response:
    """Keep a file: ``file``, with ``piece`` or ``title``; for an act ``reference``, ``dated``."""
    dossier, actor = asked_for(number, lock=True)
    document = attach(
        db_session(),
        dossier,
        actor,
        upload_of_request(),
        scanner=state().settings.scanner,
        for_office=request.form.get("audience") == "office",
    )
    return json_response(document_json(document), 201)


def upload_of_request() -> Upload:
    """Take the file of a multipart request, with the number and day printed on it if it is an act.

    Raises
    ------
    UnusableInput
        ``pieces.no-file``; ``http.not-a-date``.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise UnusableInput("pieces.no-file", where="file")
    form = request.form
    title, reference = (
        form.get(name, "").strip()[:LONGEST_TITLE] or None for name in ("title", "reference")
    )
    dated = parse_day(request.form.get("dated"), "dated")
    piece = request.form.get("piece") or None
    return Upload(sent.filename, sent.read(), piece, title or reference, reference, dated)


@document_routes.get("/api/dossiers/<number>/documents/<int:document_id>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Open a document", media_types=("application/pdf", "image/png")))
def read(number: str, document_id: int) -> Response:
    """Give the bytes of a document, shut away from our pages."""
    dossier, actor = asked_for(number)
    document, content = read_document(db_session(), dossier, actor, document_id)
    answer = make_response(content)
    answer.headers["Content-Type"] = document.media_type or "application/octet-stream"
    shown_here = document.media_type in SHOWN_IN_PAGE and "download" not in request.args
    answer.headers.set(
        "Content-Disposition",
        "inline" if shown_here else "attachment",
        filename=document.filename or str(document.id),
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@document_routes.delete("/api/dossiers/<number>/documents/<int:document_id>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Take a document back", DossierShape, parameters=(LANG,)))
def remove(number: str, document_id: int) -> Response:
    """Take back a document that no receipt names."""
    dossier, actor = asked_for(number, lock=True)
    take_back(db_session(), dossier, actor, document_id)
    db_session().expire(dossier, ["documents"])
    return shown(dossier, actor)


@document_routes.post("/api/dossiers/<number>/documents/<int:document_id>/verdict")
@open_to(Access.EXAMINER)
@documented(Operation("Judge a piece", DocumentShape, VerdictRequest, (LANG,)))
def verdict(number: str, document_id: int) -> Response:
    """Say that a piece serves, or why it is to be replaced."""
    asked = json_body(VerdictRequest)
    dossier, actor = asked_for(number, lock=True)
    judged = judge(db_session(), dossier, actor, document_id, asked.verdict, asked.reason)
    return json_response(document_json(judged))
