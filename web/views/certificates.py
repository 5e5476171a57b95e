"""Hand the signed certificate of a title to its holder, made when it is first asked for."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from werkzeug.http import dump_options_header

from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_account, require_account
from api.state import now, state
from cadastre.errors import NotAllowed
from cadastre.models import Certificate
from cadastre.queries.certificates import signed_bytes
from cadastre.services.certificates.access import may_have_certificate
from cadastre.services.certificates.issuing import office_of
from cadastre.services.certificates.titles import title_certificate
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
    if not may_have_certificate(session, title, account, at.day):
        raise NotAllowed("certificates.not-yours", where=number)
    office = office_of(state().settings, ruleset.time_zone)
    made = title_certificate(session, office, ruleset, title, at, current_language(), account)
    return pdf_answer(made) if made is not None else pending(number)


def pdf_answer(certificate: Certificate) -> Response:
    """Give the signed bytes of a certificate."""
    plain = certificate.number.replace("/", "-")
    name = f"{certificate.kind}-{plain}-{certificate.language}.pdf"
    headers = {
        "Content-Disposition": dump_options_header("inline", {"filename": name}),
        "Cache-Control": "private, no-cache",
    }
    content = signed_bytes(db_session(), certificate)
    return Response(content, mimetype="application/pdf", headers=headers)


def pending(number: str) -> Response:
    """Say that the act is being sealed; nothing is wrong, the paper follows within a minute."""
    page = render_template("verify/pending.html", number=number)
    return Response(page, 202, {"Retry-After": str(RETRY_SECONDS), "Refresh": str(RETRY_SECONDS)})
