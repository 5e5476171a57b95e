"""An order paid in parts: a receipt each, settled when whole, what is too much owed back."""

from __future__ import annotations

import io
from itertools import count

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from cadastre.errors import Blocked
from cadastre.models import Certificate, Payment, PaymentPart
from cadastre.queries.asof import as_of
from cadastre.queries.money import InvoiceState, refunds_owed, state_of
from cadastre.services.certificates.checking import truth_of
from cadastre.services.certificates.telling import told
from cadastre.services.money.issue import cancel_invoice
from cadastre.services.money.order import order_pdf
from cadastre.services.money.parts import remaining
from cadastre.services.money.paying import ByHand
from cadastre.services.money.receipt import receipt_pdf
from cadastre.services.money.returning import ask_refund, decide_refund
from cadastre.services.money.settle import Settlement
from cadastre.services.money.transfers import reconcile, record_transfer
from tests.services.certificates.conftest import identity, office
from tests.services.money.conftest import DAY, make_invoice

__all__ = ["identity", "office"]
WAY = ByHand("bank-transfer", {"fr": "Virement", "en": "Transfer"}, {"fr": "Virez.", "en": "Pay."},
             "TG53 0000 1234", "confirmed")  # fmt: skip
_references = count(1)


def pay(session, people, invoice, amount):
    attempt = record_transfer(
        session, invoice, method="treasury-receipt", reference=f"Q{next(_references)}",
        amount=amount, received_on=DAY, today=DAY, account=people["clerk"],
    )  # fmt: skip
    return reconcile(session, attempt.reference, account=people["agent"], note="Registre, page 3")


def words(pdf):
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return text.replace("\u202f", " ").replace("\xa0", " ")


def papers(session, kind):
    return list(session.scalars(select(Certificate).where(Certificate.kind == kind)))


def test_an_order_is_settled_only_when_it_is_whole(session, people, hooks, office):
    invoice = make_invoice(session, None, 500_000)
    assert pay(session, people, invoice, 200_000) is Settlement.PART
    assert (remaining(session, invoice), hooks) == (300_000, [])
    assert state_of(session, invoice, DAY) is InvoiceState.DUE
    first = receipt_pdf(session, office, invoice, "fr", invoice.parts[0].receipt_number)
    assert "Reste dû 300 000" in " ".join(words(first).split())
    assert pay(session, people, invoice, 300_000) is Settlement.SETTLED
    assert hooks == [invoice.number]
    assert state_of(session, invoice, DAY) is InvoiceState.PAID
    payment = session.scalars(select(Payment).where(Payment.invoice_id == invoice.id)).one()
    assert payment.amount == 500_000
    receipts = [part.receipt_number for part in session.scalars(select(PaymentPart))]
    base = invoice.number.replace("OP", "QT")
    assert receipts == [f"{base}-1", f"{base}-2"]
    assert list(refunds_owed(session)) == []


def test_what_is_too_much_is_owed_back_and_told(session, people, hooks):
    invoice = make_invoice(session, None, 500_000)
    pay(session, people, invoice, 450_000)
    assert pay(session, people, invoice, 80_000) is Settlement.SETTLED
    (owed,) = refunds_owed(session)
    assert (owed.amount, owed.facts["reason"]) == (30_000, "overpaid")
    assert hooks == [invoice.number]
    other = make_invoice(session, None, 500_000)
    assert pay(session, people, other, 500_001) is Settlement.SETTLED
    assert [one.amount for one in refunds_owed(session)] == [30_000, 1]


def test_parts_of_an_order_that_is_cancelled_are_owed_back(session, people):
    invoice = make_invoice(session, None, 500_000)
    pay(session, people, invoice, 100_000)
    cancel_invoice(session, invoice, account=people["agent"], reason="Service fermé")
    (owed,) = refunds_owed(session)
    assert (owed.amount, owed.facts["reason"]) == (100_000, "cancelled")


def test_a_paid_order_is_given_back_by_two_people_and_its_receipt_says_so(
    session, people, office
):
    invoice = make_invoice(session, None, 500_000)
    why = {"reason": "Demande sans objet", "document": "Décision 12 du 20/11/2026"}
    with pytest.raises(Blocked, match=r"money\.not-paid-yet"):
        ask_refund(session, invoice, account=people["agent"], **why)
    pay(session, people, invoice, 500_000)
    plain = receipt_pdf(session, office, invoice, "fr")
    ask_refund(session, invoice, account=people["agent"], **why)
    with pytest.raises(Blocked, match=r"money\.refund-asked-before"):
        ask_refund(session, invoice, account=people["second"], **why)
    with pytest.raises(Exception, match=r"money\.same-person"):
        decide_refund(session, invoice, account=people["agent"], is_granted=True)
    decide_refund(session, invoice, account=people["second"], is_granted=False)
    assert list(refunds_owed(session)) == []
    assert receipt_pdf(session, office, invoice, "fr") == plain
    ask_refund(session, invoice, account=people["agent"], **why)
    decide_refund(session, invoice, account=people["second"], is_granted=True)
    (owed,) = refunds_owed(session)
    assert (owed.amount, owed.facts["reason"]) == (500_000, "decided")
    (paper,) = papers(session, "payment")
    truth = truth_of(session, paper.code, as_of(None, office.time_zone))
    assert "le remboursement est décidé" in told(truth, "fr", office.time_zone)["message"]
    marked = receipt_pdf(session, office, invoice, "fr")
    assert "Remboursement décidé" in words(marked)
    assert "Demande sans objet" in words(marked)
    with pytest.raises(Blocked, match=r"money\.refund-begun"):
        ask_refund(session, invoice, account=people["agent"], **why)


def test_an_order_is_a_signed_paper_that_shows_the_account_and_ends_when_paid(
    session, people, office
):
    invoice = make_invoice(session, None, 500_000)
    first = order_pdf(session, office, invoice, (WAY,), "fr")
    assert order_pdf(session, office, invoice, (WAY,), "fr") == first
    text = words(first)
    for part in (invoice.number, invoice.code, "TG53 0000 1234", "500 000"):
        assert part in text, part
    (paper,) = papers(session, "order")
    assert invoice.code not in str(paper.facts)
    assert "TG53 0000 1234" in str(paper.facts)
    pay(session, people, invoice, 100_000)
    again = words(order_pdf(session, office, invoice, (WAY,), "fr"))
    assert "Reste dû 400 000" in " ".join(again.split())
    pay(session, people, invoice, 400_000)
    assert {one.state for one in papers(session, "order")} == {"superseded"}
    with pytest.raises(Blocked, match=r"money\.already-paid"):
        order_pdf(session, office, invoice, (WAY,), "fr")
