"""Write down what happens to money: the journal, and what was told."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from cadastre.models import Account, Invoice, JournalEntry, PaymentAttempt, PaymentEvent


def journal(
    session: Session,
    invoice: Invoice,
    action: str,
    account: Account | None,
    *,
    reason: str | None = None,
    **facts: Any,
) -> None:
    """Add an entry ``invoice.<action>``; without an account it was done by rule."""
    session.add(
        JournalEntry(
            account_id=None if account is None else account.id,
            on_behalf_of_id=invoice.party_id,
            by_rule=account is None,
            action=f"invoice.{action}",
            subject="invoice",
            subject_id=invoice.number,
            reason=reason,
            facts={"moment": invoice.moment, "total": invoice.total, "currency": invoice.currency,
                   **facts},
        )
    )  # fmt: skip
    session.flush()


def tell(
    session: Session,
    attempt: PaymentAttempt,
    kind: str,
    *,
    verdict: str = "accepted",
    account: Account | None = None,
    **columns: Any,
) -> PaymentEvent:
    """Add a payment event about an attempt."""
    event = PaymentEvent(
        provider=attempt.provider,
        kind=kind,
        attempt_reference=attempt.reference,
        verdict=verdict,
        account_id=None if account is None else account.id,
        **{"amount": attempt.amount, "currency": attempt.currency, **columns},
    )
    session.add(event)
    session.flush()
    return event
