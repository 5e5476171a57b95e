"""The receipt of a filing: number, instant, rank, corners and plan, as a page and as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from api.language import current_language
from api.session import db_session
from api.sign_in import current_account
from api.state import state
from cadastre.exchange.pdf import html_to_pdf
from cadastre.services.receipts import (
    Receipt,
    qr_svg,
    receipt_for,
    store_receipt_pdf,
    stored_receipt_pdf,
)
from cadastre.services.sealed_log import filing_proof

pages = Blueprint("receipts", __name__)


@pages.get("/applications/<number>/receipt")
def receipt(number: str) -> str:
    """Show the receipt to the person who filed, or to whoever holds its code."""
    return render_template("receipt/page.html", **sheet(find(number)))


@pages.get("/applications/<number>/receipt.pdf")
def receipt_pdf(number: str) -> Response:
    """Give the receipt as PDF: typeset once a language, then always the same bytes."""
    found = find(number)
    language = current_language()
    pdf = stored_receipt_pdf(db_session(), found, language)
    if pdf is None:
        pdf = html_to_pdf(render_template("receipt/print.html", **sheet(found)))
        store_receipt_pdf(db_session(), found, language, pdf)
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.number}-{language}.pdf"'},
    )


def find(number: str) -> Receipt:
    """Give the receipt this visitor may read."""
    return receipt_for(
        db_session(),
        state().ruleset,
        number,
        account=current_account(),
        code=request.args.get("code"),
    )


def sheet(found: Receipt) -> dict[str, Any]:
    """Give what both forms of the receipt show."""
    address = url_for(
        "receipts.receipt",
        number=found.number,
        code=found.application.follow_up_code,
        _external=True,
    )
    return {
        "receipt": found,
        "plan": found.plan(),
        "corner_rings": found.corner_rows(current_language()),
        "address": address,
        "qr": qr_svg(address),
        "proof_address": url_for(
            "log_pages.filing_proof_file",
            number=found.number,
            code=found.application.follow_up_code,
            _external=True,
        ),
        "proof": filing_proof(db_session(), found.number),
    }
