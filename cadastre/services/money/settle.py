"""Settle an invoice with money that arrived: once, or owe the money back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Invoice, Payment, PaymentAttempt, StatementLine
from cadastre.services.money.issue import lock_invoice
from cadastre.services.money.record import journal
from cadastre.services.money.refunds import owe_refund
from cadastre.services.money.settled import on_paid
from cadastre.services.openings.sealed import server_now

PAID = "paid"


class Settlement(StrEnum):
    """What money that arrived did."""

    SETTLED = "settled"
    KNOWN = "known"  # the same money, told again
    REFUND_DUE = "refund-due"


@dataclass(frozen=True, slots=True)
class Money:
    """Money that arrived for an attempt, and who says so.

    Money from an online provider has nobody behind it; any other has two people, one who recorded
    it and one who confirmed it, and the credit of a statement or a note of what was seen.
    """

    method: str
    reference: str
    received_on: dt.date
    recorded_by: Account | None = None
    reconciled_by: Account | None = None
    line: StatementLine | None = None
    note: str | None = None


def settle(session: Session, attempt: PaymentAttempt, money: Money) -> Settlement:
    """Pay the invoice of an attempt with money that is there.

    Everything passes through the lock on the invoice: the first money settles it, the same money
    told again changes nothing, any other is owed back, as is money for a cancelled order.
    """
    invoice = lock_invoice(session, attempt.invoice_id)
    session.refresh(attempt, with_for_update={"key_share": True})
    paid = session.scalar(select(Payment).where(Payment.invoice_id == invoice.id))
    if paid is not None and paid.attempt_id == attempt.id:
        return Settlement.KNOWN
    _conclude(session, attempt)
    if paid is not None:
        owe_refund(session, attempt, "paid-before")
        return Settlement.REFUND_DUE
    if invoice.cancelled_at is not None:
        owe_refund(session, attempt, "cancelled")
        return Settlement.REFUND_DUE
    payment = _payment(invoice, attempt, money)
    session.add(payment)
    session.flush()
    session.expire(invoice, ["payment"])
    journal(
        session, invoice, "pay", money.reconciled_by,
        method=money.method, reference=money.reference, attempt=attempt.reference,
        receipt=payment.receipt_number, recorded_by=payment.recorded_by_id, note=money.note,
    )  # fmt: skip
    on_paid(session, invoice)
    return Settlement.SETTLED


def _conclude(session: Session, attempt: PaymentAttempt) -> None:
    attempt.concluded_at = attempt.concluded_at or server_now(session)
    attempt.outcome = PAID
    session.flush()


def _payment(invoice: Invoice, attempt: PaymentAttempt, money: Money) -> Payment:
    return Payment(
        invoice_id=invoice.id,
        attempt_id=attempt.id,
        receipt_number="QT" + invoice.number.removeprefix("OP"),
        method=money.method,
        reference=money.reference,
        amount=attempt.amount,
        currency=attempt.currency,
        received_on=money.received_on,
        recorded_by_id=None if money.recorded_by is None else money.recorded_by.id,
        reconciled_by_id=None if money.reconciled_by is None else money.reconciled_by.id,
        statement_line_id=None if money.line is None else money.line.id,
        note=money.note,
    )
