"""Try to pay an invoice online: one open attempt at a time, whatever is clicked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound
from cadastre.models import Account, Invoice, PaymentAttempt
from cadastre.services.money.issue import is_paid, lock_invoice, new_reference
from cadastre.services.money.parts import remaining
from cadastre.services.money.providers.provider import Answer
from cadastre.services.openings.sealed import server_now

FIRST_QUESTION = dt.timedelta(seconds=30)


def open_attempt(
    session: Session, invoice: Invoice, provider: str, *, account: Account | None
) -> PaymentAttempt:
    """Begin to pay an invoice, or give the attempt already under way.

    The attempt must be committed before its provider is spoken to: money may then arrive at any
    time and always finds it.

    Raises
    ------
    Blocked
        The invoice is paid, cancelled, or its amount is not known.
    """
    invoice = ensure_payable(session, invoice)
    there = session.scalar(
        select(PaymentAttempt).where(
            PaymentAttempt.invoice_id == invoice.id,
            PaymentAttempt.provider == provider,
            PaymentAttempt.concluded_at.is_(None),
        )
    )
    if there is not None:
        return there
    attempt = PaymentAttempt(
        invoice=invoice,
        provider=provider,
        reference=new_reference(),
        amount=remaining(session, invoice),
        currency=invoice.currency,
        account_id=None if account is None else account.id,
        next_question_at=server_now(session) + FIRST_QUESTION,
    )
    session.add(attempt)
    session.flush()
    return attempt


def ensure_payable(session: Session, invoice: Invoice) -> Invoice:
    """Hold an invoice and require that it can be paid now.

    Raises
    ------
    Blocked
        ``money.already-paid``, ``money.was-cancelled`` or ``money.amount-unknown``.
    """
    invoice = lock_invoice(session, invoice.id)
    if is_paid(session, invoice):
        raise Blocked("money.already-paid", where=invoice.number)
    if invoice.cancelled_at is not None:
        raise Blocked("money.was-cancelled", where=invoice.number)
    if not invoice.total:
        raise Blocked("money.amount-unknown", where=invoice.number)
    return invoice


def note_session(session: Session, attempt: PaymentAttempt, answer: Answer) -> None:
    """Keep where the provider lets an attempt be paid."""
    attempt.provider_reference = answer.provider_reference
    attempt.pay_address = answer.pay_address
    session.flush()


def find_attempt(session: Session, reference: str) -> PaymentAttempt:
    """Give an attempt by our reference.

    Raises
    ------
    NotFound
        ``money.unknown-attempt``.
    """
    found = session.scalar(select(PaymentAttempt).where(PaymentAttempt.reference == reference))
    if found is None:
        raise NotFound("money.unknown-attempt", where=reference[:40])
    return found
