"""Settle an invoice with money that arrived: once, whole, or owe the money back."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Invoice, Payment, PaymentAttempt, PaymentPart
from cadastre.services.money.issue import lock_invoice
from cadastre.services.money.papers import end_papers
from cadastre.services.money.parts import Money, add_part, remaining, told_of
from cadastre.services.money.record import journal
from cadastre.services.money.refunds import owe_refund
from cadastre.services.money.settled import on_paid
from cadastre.services.openings.sealed import server_now

PAID = "paid"


class Settlement(StrEnum):
    """What money that arrived did."""

    SETTLED = "settled"
    PART = "part"  # kept; the order is due until the rest is there
    KNOWN = "known"  # the same money, told again
    REFUND_DUE = "refund-due"


def settle(session: Session, attempt: PaymentAttempt, money: Money) -> Settlement:
    """Pay the invoice of an attempt with money that is there.

    Everything passes through the lock on the invoice: money settles it once the whole is there,
    less is kept as a part with a receipt of its own, what is too much is owed back. The same money
    told again changes nothing; any for an order that is paid or cancelled is owed back.
    """
    invoice = lock_invoice(session, attempt.invoice_id)
    session.refresh(attempt, with_for_update={"key_share": True})
    paid = session.scalar(select(Payment).where(Payment.invoice_id == invoice.id))
    if _is_known(session, attempt, paid):
        return Settlement.KNOWN
    _conclude(session, attempt)
    if paid is not None or invoice.cancelled_at is not None:
        owe_refund(session, attempt, "cancelled" if paid is None else "paid-before")
        return Settlement.REFUND_DUE
    due = remaining(session, invoice)
    if attempt.amount != invoice.total:
        add_part(session, invoice, attempt, money, left=max(due - attempt.amount, 0))
    if attempt.amount < due:
        return Settlement.PART
    if attempt.amount > due:
        owe_refund(session, attempt, "overpaid", amount=attempt.amount - due)
    _pay(session, invoice, attempt, money)
    return Settlement.SETTLED


def _is_known(session: Session, attempt: PaymentAttempt, paid: Payment | None) -> bool:
    if paid is not None and paid.attempt_id == attempt.id:
        return True
    query = select(PaymentPart.id).where(PaymentPart.attempt_id == attempt.id)
    return session.scalar(query) is not None


def _pay(session: Session, invoice: Invoice, attempt: PaymentAttempt, money: Money) -> None:
    payment = _payment(invoice, attempt, money)
    session.add(payment)
    session.flush()
    session.expire(invoice, ["payment"])
    journal(
        session, invoice, "pay", money.reconciled_by,
        method=money.method, reference=money.reference, attempt=attempt.reference,
        receipt=payment.receipt_number, recorded_by=payment.recorded_by_id, note=money.note,
    )  # fmt: skip
    end_papers(session, invoice.number, "certificates.order-paid", money.reconciled_by)
    on_paid(session, invoice)


def _conclude(session: Session, attempt: PaymentAttempt) -> None:
    attempt.concluded_at = attempt.concluded_at or server_now(session)
    attempt.outcome = PAID
    session.flush()


def _payment(invoice: Invoice, attempt: PaymentAttempt, money: Money) -> Payment:
    """Say that an order is paid, whole; the credit stays with the part where there were parts."""
    told = told_of(money)
    if attempt.amount != invoice.total:
        told["statement_line_id"] = None
    return Payment(
        invoice_id=invoice.id,
        attempt_id=attempt.id,
        receipt_number="QT" + invoice.number.removeprefix("OP"),
        amount=invoice.total,
        currency=attempt.currency,
        **told,
    )
