"""Papers that were issued: found by number or code, revoked or replaced by a decision maker."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import Certificate
from cadastre.queries.certificates import find_certificates
from cadastre.rules.permissions import can_end_certificate, can_see_certificates, ensure
from cadastre.services.certificates.checking import certificate_named
from cadastre.services.certificates.ending import end_by_hand, ensure_endable, written_reason
from cadastre.vocabulary import CertificateState
from web.views.told import Refused, refused

pages = Blueprint("papers", __name__)
MOST = 50
ENDS = (CertificateState.REVOKED, CertificateState.SUPERSEDED)
FIELDS = ("end", "reason")
Page = str | Response | tuple[str, int]


@pages.get("/certificates")
@open_to(Access.SIGNED_IN)
def index() -> Page:
    """Find papers by what they are about, or by their code."""
    actor, words = current_actor(), request.args.get("q", "").strip()[:64]
    ensure(can_see_certificates(actor), actor)
    return render_template(
        "certificates/list.html", q=words, most=MOST,
        papers=find_certificates(db_session(), words, MOST),
        can_end=can_end_certificate(actor),
    )  # fmt: skip


@pages.get("/certificates/<code>/end")
@open_to(Access.DECIDER, second_factor=True)
def ask(code: str) -> Page:
    """Ask what becomes of a paper, and why."""
    return _form(certificate_named(db_session(), code))


@pages.post("/certificates/<code>/end")
@open_to(Access.DECIDER, second_factor=True)
def end(code: str) -> Page:
    """Show what will be read from now on; do it once that was confirmed."""
    session, form = db_session(), request.form
    paper = certificate_named(session, code)
    if form.get("answer") == "change":
        return _form(paper)
    try:
        state = _end_of(form.get("end", ""))
        ensure_endable(paper, state)
        reason = written_reason(form.get("reason", ""))
        if form.get("answer") != "confirm":
            return render_template(
                "certificates/sure.html", paper=paper, end=state.value, reason=reason
            )
        end_by_hand(session, paper, current_actor(), state, reason)
    except CadastreError as error:
        told = refused(error, current_language(), FIELDS)
        return _form(paper, told), error.http_status
    return redirect(url_for("verify_pages.verify", code=paper.code, done="ended"), 303)


def _end_of(word: str) -> CertificateState:
    if word not in ENDS:
        raise UnusableInput("certificates.no-such-end", where="end")
    return CertificateState(word)


def _form(paper: Certificate, problem: Refused | None = None) -> str:
    return render_template(
        "certificates/end.html", paper=paper, problem=problem, ends=[one.value for one in ENDS],
        given=request.form,
    )  # fmt: skip
