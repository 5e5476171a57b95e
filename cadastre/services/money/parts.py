"""Money that came for an order in parts: each has its receipt, the whole alone settles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Invoice, PaymentAttempt, PaymentPart, StatementLine
from cadastre.services.money.record import journal


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


def told_of(money: Money) -> dict[str, Any]:
    """Give the columns in which a payment or a part of one keeps what is known of the money."""
    return {
        "method": money.method,
        "reference": money.reference,
        "received_on": money.received_on,
        "recorded_by_id": None if money.recorded_by is None else money.recorded_by.id,
        "reconciled_by_id": None if money.reconciled_by is None else money.reconciled_by.id,
        "statement_line_id": None if money.line is None else money.line.id,
        "note": money.note,
    }


def received(session: Session, invoice: Invoice) -> int:
    """Add up the parts of an order that are there, in the minor unit."""
    query = select(func.sum(PaymentPart.amount)).where(PaymentPart.invoice_id == invoice.id)
    return int(session.scalar(query) or 0)


def remaining(session: Session, invoice: Invoice) -> int:
    """Give what is still due of an order whose amount is known; never less than nothing."""
    return max((invoice.total or 0) - received(session, invoice), 0)


def add_part(
    session: Session, invoice: Invoice, attempt: PaymentAttempt, money: Money, *, left: int
) -> PaymentPart:
    """Keep a part with a receipt numbered after the order's; ``left`` remains due after it."""
    count = select(func.count(PaymentPart.id)).where(PaymentPart.invoice_id == invoice.id)
    place = (session.scalar(count) or 0) + 1
    part = PaymentPart(
        invoice_id=invoice.id,
        attempt_id=attempt.id,
        receipt_number=f"QT{invoice.number.removeprefix('OP')}-{place}",
        amount=attempt.amount,
        currency=attempt.currency,
        **told_of(money),
    )
    session.add(part)
    session.flush()
    session.expire(invoice, ["parts"])
    journal(
        session, invoice, "part", money.reconciled_by,
        method=money.method, reference=money.reference, attempt=attempt.reference,
        receipt=part.receipt_number, received=part.amount, left=left, note=money.note,
    )  # fmt: skip
    return part
