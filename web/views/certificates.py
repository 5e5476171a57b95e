"""Hand signed papers of titles and dossiers to those entitled, made when first asked for."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from werkzeug.http import dump_options_header

from api.dossiers.common import asked_for
from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_account, current_actor, require_account
from api.state import now, state
from cadastre.errors import NotAllowed, NotAvailable
from cadastre.models import Certificate, Title
from cadastre.queries.certificates import signed_bytes
from cadastre.rules.permissions import ensure, is_applicant, is_clerk_of
from cadastre.services.certificates.access import may_have_certificate
from cadastre.services.certificates.dossiers import (
    dossier_certificate,
    follow_up_slip,
    is_title,
    lodgement_certificate,
)
from cadastre.services.certificates.issuing import Office, office_of
from cadastre.services.certificates.titles import title_certificate
from cadastre.services.dossiers.access import ref_of
from cadastre.services.titles.facts import title_named

pages = Blueprint("certificates", __name__)
MAKING = "30 per minute"  # each may typeset and sign
RETRY_SECONDS = 30


@pages.get("/titles/<path:number>/certificate.pdf")
@limiter.limit(MAKING)
@open_to(Access.SIGNED_IN)
def title_pdf(number: str) -> Response:
    """Give the certificate of a title as it stands to those entitled; the same bytes each time."""
    require_account()
    session, account, ruleset, at = db_session(), current_account(), state().ruleset, now()
    title = title_named(session, number)
    if not may_have_certificate(session, title, current_actor()):
        raise NotAllowed("certificates.not-yours", where=number)
    made = title_certificate(session, _office(), ruleset, title, at, current_language(), account)
    return pdf_answer(made) if made is not None else pending(number)


@pages.get("/dossiers/<number>/receipt.pdf")
@limiter.limit(MAKING)
@open_to(Access.SIGNED_IN)
def lodgement_pdf(number: str) -> Response:
    """Give the receipt of lodgement, with every piece and its fingerprint."""
    dossier, actor = asked_for(number)
    made = lodgement_certificate(
        db_session(), _office(), dossier, current_language(), actor.account_id
    )
    return pdf_answer(made)


@pages.get("/dossiers/<number>/certificate.pdf")
@limiter.limit(MAKING)
@open_to(Access.SIGNED_IN)
def dossier_pdf(number: str) -> Response:
    """Give what a dossier ended with: its outcome or its refusal; a title has its own address."""
    dossier, actor = asked_for(number)
    if is_title(db_session(), dossier):
        return title_pdf(db_session().get_one(Title, dossier.title_id).number)
    try:
        made = dossier_certificate(
            db_session(), _office(), dossier, current_language(), actor.account_id
        )
    except NotAvailable as error:
        if error.code != "certificates.not-sealed-yet":
            raise
        return pending(number)
    return pdf_answer(made)


@pages.get("/dossiers/<number>/slip.pdf")
@limiter.limit(MAKING)
@open_to(Access.SIGNED_IN)
def slip_pdf(number: str) -> Response:
    """Give the follow-up slip to the clerk or the applicant; it holds the follow-up code."""
    dossier, actor = asked_for(number)
    ref = ref_of(db_session(), dossier)
    ensure(is_applicant(actor, ref) or is_clerk_of(actor, ref), actor, "dossiers.not-yours", number)
    pdf = follow_up_slip(db_session(), _office(), dossier, current_language())
    return _pdf(pdf, f"{dossier.number}-slip-{current_language()}.pdf")


def _office() -> Office:
    return office_of(state().settings, state().ruleset.time_zone)


def pdf_answer(certificate: Certificate) -> Response:
    """Give the signed bytes of a certificate."""
    plain = certificate.number.replace("/", "-")
    name = f"{certificate.kind}-{plain}-{certificate.language}.pdf"
    return _pdf(signed_bytes(db_session(), certificate), name)


def _pdf(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": dump_options_header("inline", {"filename": name}),
        "Cache-Control": "private, no-cache",
    }
    return Response(content, mimetype="application/pdf", headers=headers)


def pending(number: str) -> Response:
    """Say that the act is being sealed; nothing is wrong, the paper follows within a minute."""
    page = render_template("verify/pending.html", number=number)
    return Response(page, 202, {"Retry-After": str(RETRY_SECONDS), "Refresh": str(RETRY_SECONDS)})
