"""Papers of an order of payment: the order itself, its receipts, and money given back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.errors import NotFound
from cadastre.models import Account, Invoice
from cadastre.queries.money import InvoiceState
from cadastre.services.certificates.issuing import Office, office_of
from cadastre.services.money.issue import find_invoice
from cadastre.services.money.order import order_pdf as pdf_of_order
from cadastre.services.money.paying import ways_by_hand
from cadastre.services.money.receipt import receipt_pdf as pdf_of_receipt
from cadastre.services.money.returning import ask_refund, decide_refund, returned_of
from cadastre.services.money.showing import invoice_json
from web.views.money import acted, ensured

pages = Blueprint("money_papers", __name__)


@pages.get("/invoices/<number>/order.pdf")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def order_pdf(number: str) -> Response:
    """Give the order as signed PDF to those it concerns, to take to the bank."""
    found, language = _shown(number), current_language()
    ways = ways_by_hand(state().settings)
    pdf = pdf_of_order(db_session(), _office(), found, ways, language)
    return _pdf(pdf, f"{found.number}-{language}.pdf")


@pages.get("/invoices/<number>/receipt")
@open_to(Access.ANYBODY)
def receipt(number: str) -> str:
    """Show the receipt of a paid order."""
    found = _shown(number)
    if found.payment is None:
        raise NotFound("money.not-paid", where=found.number)
    order = invoice_json(found, InvoiceState.PAID, current_language())
    returned = returned_of(db_session(), found)
    return render_template("money/receipt.html", invoice=found, order=order, returned=returned)


@pages.get("/invoices/<number>/receipt.pdf")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def receipt_pdf(number: str) -> Response:
    """Give a signed receipt, always the same bytes in a language; of a part if one is named."""
    found, language, part = _shown(number), current_language(), request.args.get("part")
    pdf = pdf_of_receipt(db_session(), _office(), found, language, part)
    return _pdf(pdf, f"{part or found.number}-{language}.pdf".replace("/", "-"))


@pages.post("/invoices/<number>/refund")
@open_to(Access.EXAMINER)
@tried_again
def ask(number: str) -> Any:
    """Ask that a paid order be given back."""
    form = request.form

    def act(found: Invoice, account: Account) -> Invoice:
        reason, document = form.get("why", ""), form.get("document", "")
        ask_refund(db_session(), found, account=account, reason=reason, document=document)
        return found

    return acted(number, "refund-asked", act)


@pages.post("/invoices/<number>/refund/decision")
@open_to(Access.EXAMINER)
@tried_again
def decide(number: str) -> Any:
    """Grant or drop, as second person, a refund that was asked."""
    is_granted = request.form.get("answer") == "grant"

    def act(found: Invoice, account: Account) -> Invoice:
        decide_refund(db_session(), found, account=account, is_granted=is_granted)
        return found

    return acted(number, "refund-granted" if is_granted else "refund-dropped", act)


def _shown(number: str) -> Invoice:
    found = find_invoice(db_session(), number)
    ensured(found)
    return found


def _office() -> Office:
    return office_of(state().settings, state().ruleset.time_zone)


def _pdf(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-cache"
    }  # fmt: skip
    return Response(content, mimetype="application/pdf", headers=headers)
