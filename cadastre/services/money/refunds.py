"""Money received for nothing: owed back from the moment it is known, until it is returned."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, NotFound, UnusableInput
from cadastre.models import Account, PaymentAttempt, PaymentEvent
from cadastre.services.money.access import ensure_staff, may_reconcile
from cadastre.services.money.record import journal, tell


def owe_refund(
    session: Session,
    attempt: PaymentAttempt,
    reason: str,
    *,
    amount: int | None = None,
    currency: str | None = None,
) -> PaymentEvent:
    """Write that the money of an attempt is owed back; once, however often it is told.

    ``reason`` is cancelled, paid-before, other-amount, overpaid or decided.
    """
    known = _event(session, attempt, "refund-due")
    if known is not None:
        return known
    event = tell(
        session, attempt, "refund-due", amount=amount or attempt.amount,
        currency=currency or attempt.currency, facts={"reason": reason},
    )  # fmt: skip
    journal(
        session, attempt.invoice, "refund-due", None, attempt=attempt.reference, why=reason,
        received=event.amount,
    )  # fmt: skip
    return event


def give_back(
    session: Session, attempt_reference: str, *, account: Account, reference: str
) -> PaymentEvent:
    """Record that owed money was returned, with the reference of the order that returned it.

    Raises
    ------
    NotFound
        Nothing is owed for that attempt.
    Blocked
        ``money.returned-before``.
    NotAllowed
        The account may not, or recorded that money itself.
    """
    ensure_staff(account, may_reconcile(account))
    if not reference.strip():
        raise UnusableInput("money.reference-missing", where="reference")
    attempt = session.scalar(
        select(PaymentAttempt)
        .where(PaymentAttempt.reference == attempt_reference)
        .with_for_update(key_share=True)
    )
    owed = None if attempt is None else _event(session, attempt, "refund-due")
    if attempt is None or owed is None:
        raise NotFound("money.nothing-owed", where=attempt_reference[:40])
    if attempt.account_id == account.id and attempt.provider != "online":
        raise NotAllowed("money.same-person", where=account.display_name)
    if _event(session, attempt, "refunded") is not None:
        raise Blocked("money.returned-before", where=attempt_reference)
    event = tell(
        session, attempt, "refunded", account=account, amount=owed.amount,
        currency=owed.currency, facts={"reference": reference.strip()[:200]},
    )  # fmt: skip
    journal(
        session, attempt.invoice, "refund", account, attempt=attempt.reference,
        reference=reference.strip()[:200],
    )  # fmt: skip
    return event


def _event(session: Session, attempt: PaymentAttempt, kind: str) -> PaymentEvent | None:
    return session.scalar(
        select(PaymentEvent).where(
            PaymentEvent.attempt_reference == attempt.reference, PaymentEvent.kind == kind
        )
    )
