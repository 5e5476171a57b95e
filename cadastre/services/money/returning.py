"""Give back what was rightly paid: one agent asks, another decides, and the receipt says so.

What the payment set in motion stands: a step of a dossier is taken back by its own procedure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, NotFound, UnusableInput
from cadastre.models import Account, Invoice, PaymentAttempt, PaymentEvent
from cadastre.queries.money import refunds_asked
from cadastre.services.money.access import ensure_staff, may_reconcile
from cadastre.services.money.issue import SHORTEST_REASON, lock_invoice
from cadastre.services.money.papers import end_papers
from cadastre.services.money.record import journal, tell

ASKED, DUE, DROPPED = "refund-asked", "refund-due", "refund-dropped"
LONGEST = 500


def ask_refund(
    session: Session, invoice: Invoice, *, account: Account, reason: str, document: str
) -> PaymentEvent:
    """Ask that a paid order be given back whole, and say from which document.

    Raises
    ------
    Blocked
        ``money.not-paid-yet``, ``money.refund-asked-before`` or ``money.refund-begun``.
    UnusableInput
        ``money.reason-missing`` or ``money.source-missing``.
    """
    ensure_staff(account, may_reconcile(account))
    told = {
        "reason": _words(reason, "why", "money.reason-missing"),
        "document": _words(document, "document", "money.source-missing"),
    }
    invoice = lock_invoice(session, invoice.id)
    if invoice.payment is None:
        raise Blocked("money.not-paid-yet", where=invoice.number)
    if asked_of(session, invoice) is not None:
        raise Blocked("money.refund-asked-before", where=invoice.number)
    if any(_is_owed(session, attempt) for attempt, _ in _money_of(invoice)):
        raise Blocked("money.refund-begun", where=invoice.number)
    event = tell(
        session, invoice.payment.attempt, ASKED, account=account, amount=invoice.payment.amount,
        facts=told,
    )  # fmt: skip
    journal(session, invoice, ASKED, account, reason=told["reason"], document=told["document"])
    return event


def decide_refund(
    session: Session, invoice: Invoice, *, account: Account, is_granted: bool
) -> None:
    """Answer as second person; granted, the money is owed back and the receipt is marked.

    Raises
    ------
    NotFound
        ``money.no-refund-asked``.
    NotAllowed
        ``money.same-person``.
    """
    ensure_staff(account, may_reconcile(account))
    invoice = lock_invoice(session, invoice.id)
    asked = asked_of(session, invoice)
    if asked is None or invoice.payment is None:
        raise NotFound("money.no-refund-asked", where=invoice.number)
    if asked.account_id == account.id:
        raise NotAllowed("money.same-person", where=account.display_name)
    facts = {**asked.facts, "asked": asked.id, "asked_by": asked.account_id}
    if not is_granted:
        tell(session, invoice.payment.attempt, DROPPED, account=account, facts=facts)
        _write_down(session, invoice, DROPPED, account, facts)
        return
    for attempt, amount in _money_of(invoice):
        told = {**facts, "reason": "decided", "why": asked.facts["reason"]}
        tell(session, attempt, DUE, account=account, amount=amount, facts=told)
    _write_down(session, invoice, DUE, account, facts)
    end_papers(session, invoice.payment.receipt_number, "certificates.receipt-returned", account)


def _write_down(
    session: Session, invoice: Invoice, action: str, account: Account, facts: dict[str, Any]
) -> None:
    journal(
        session, invoice, action, account, reason=facts["reason"],
        document=facts["document"], asked_by=facts["asked_by"],
    )  # fmt: skip


def asked_of(session: Session, invoice: Invoice) -> PaymentEvent | None:
    """Give the refund that was asked for an order and waits for a second person."""
    own = {attempt.reference for attempt in invoice.attempts}
    return next((one for one in refunds_asked(session) if one.attempt_reference in own), None)


def returned_of(session: Session, invoice: Invoice) -> PaymentEvent | None:
    """Give the decision to return a paid order, if there is one."""
    if invoice.payment is None:
        return None
    own = [attempt.reference for attempt, _ in _money_of(invoice)]
    return session.scalar(
        select(PaymentEvent)
        .where(PaymentEvent.attempt_reference.in_(own), PaymentEvent.kind == DUE)
        .where(PaymentEvent.facts["reason"].astext == "decided")
        .order_by(PaymentEvent.id)
        .limit(1)
    )


def _money_of(invoice: Invoice) -> Iterator[tuple[PaymentAttempt, int]]:
    """Pair the attempts whose money paid an order with what each brought."""
    if invoice.parts:
        yield from ((part.attempt, part.amount) for part in invoice.parts)
    elif invoice.payment is not None:
        yield invoice.payment.attempt, invoice.payment.amount


def _is_owed(session: Session, attempt: PaymentAttempt) -> bool:
    query = select(PaymentEvent.id).where(
        PaymentEvent.attempt_reference == attempt.reference, PaymentEvent.kind == DUE
    )
    return session.scalar(query) is not None


def _words(given: str, where: str, code: str) -> str:
    words = given.strip()[:LONGEST]
    if len(words) < SHORTEST_REASON:
        raise UnusableInput(code, where=where)
    return words
