"""Pages where anybody checks a certificate: by its code or QR, or by the file itself."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.verify import FILES, LOOKS, comparison, truth
from cadastre.errors import CadastreError, NotFound
from cadastre.rules.permissions import can_end_certificate
from cadastre.services.certificates.checking import certificate_named, issue_proof
from cadastre.services.certificates.issuing import read_code
from cadastre.services.certificates.telling import told_comparison
from cadastre.vocabulary import CertificateState

pages = Blueprint("verify_pages", __name__)
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@pages.get("/verify")
@limiter.limit(LOOKS)
@open_to(Access.ANYBODY)
def ask() -> str | AnyResponse:
    """Ask for a code or a file; a code leads to its own address."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for("verify_pages.verify", code=read_code(code[:64]) or "-"), 303)
    return render_template("verify/ask.html", result=None, error=None)


@pages.post("/verify")
@limiter.limit(FILES)
@open_to(Access.ANYBODY)
def ask_file() -> Response:
    """Say what a file is, without being told its code, and what became of what it claims to be."""
    try:
        found = comparison(None)
    except CadastreError as error:
        page = render_template("verify/ask.html", result=None, error=error)
        return Response(page, error.http_status, PRIVATE)
    result = told_comparison(found, current_language())
    if found.certificate is not None:
        return _page(found.certificate.code, result=result)
    return Response(render_template("verify/ask.html", result=result, error=None), 200, PRIVATE)


@pages.get("/verify/<code>")
@limiter.limit(LOOKS)
@open_to(Access.ANYBODY)
def verify(code: str) -> Response:
    """Tell the truth about a certificate, where its QR leads."""
    return _page(code)


@pages.post("/verify/<code>")
@limiter.limit(FILES)
@open_to(Access.ANYBODY)
def verify_file(code: str) -> Response:
    """Compare a file with the certificate of a code."""
    try:
        return _page(code, result=told_comparison(comparison(code), current_language()))
    except NotFound:
        return _page(code)
    except CadastreError as error:
        return _page(code, error=error)


@pages.get("/verify/<code>/proof.json")
@limiter.limit(LOOKS)
@open_to(Access.ANYBODY)
def proof(code: str) -> Response:
    """Give the proof that these bytes were issued; the verifier takes it with the PDF."""
    session = db_session()
    certificate = certificate_named(session, code)
    content = json.dumps(issue_proof(session, certificate), ensure_ascii=False, indent=1)
    name = f"{certificate.kind}-{certificate.id}-proof.json"
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type="application/json")


def _may_end(known: dict[str, object] | None) -> bool:
    """Tell whether to lead on to the page that revokes: asked for its second factor there."""
    if known is None or known["state"] == CertificateState.REVOKED:
        return False
    return can_end_certificate(replace(current_actor(), second_factor=True))


def _page(
    code: str, result: dict[str, object] | None = None, error: CadastreError | None = None
) -> Response:
    try:
        known, status = truth(code), 200 if error is None else error.http_status
    except NotFound as unknown:
        known, error, status = None, unknown, 404
    page = render_template(
        "verify/certificate.html", truth=known, result=result, error=error, code=code[:40],
        may_end=_may_end(known), is_done=request.args.get("done") == "ended",
    )  # fmt: skip
    return Response(page, status, PRIVATE)
