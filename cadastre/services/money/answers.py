"""Act on what a provider says of an attempt, in whatever order and however often it says it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cadastre.models import PaymentAttempt
from cadastre.services.money.issue import lock_invoice
from cadastre.services.money.parts import Money
from cadastre.services.money.providers.provider import FINAL, Answer, AnswerStatus
from cadastre.services.money.record import journal, tell
from cadastre.services.money.refunds import owe_refund
from cadastre.services.money.settle import PAID, Settlement, settle
from cadastre.services.openings.sealed import server_now


class Taken(StrEnum):
    """What an answer changed."""

    SETTLED = "settled"
    REFUND_DUE = "refund-due"
    CONCLUDED = "concluded"  # refused or expired: one may try again
    NOTHING = "nothing"  # still open, or known
    CONTRADICTED = "contradicted"  # says less than what is known already


def take_answer(
    session: Session, attempt: PaymentAttempt, answer: Answer, time_zone: str
) -> Taken:
    """Bring an attempt up to what its provider says.

    "Paid" is final: a refusal that arrives after it changes nothing, and money that arrives after
    a refusal still counts. Another amount than the one asked for is never taken: it is owed back.
    """
    lock_invoice(session, attempt.invoice_id)
    session.refresh(attempt)
    if answer.status is AnswerStatus.PAID:
        return _paid(session, attempt, answer, time_zone)
    if attempt.outcome == PAID:
        return Taken.CONTRADICTED
    if answer.status in FINAL and attempt.concluded_at is None:
        conclude(session, attempt, answer.status.value)
        return Taken.CONCLUDED
    return Taken.NOTHING


def conclude(session: Session, attempt: PaymentAttempt, outcome: str) -> None:
    """Say that nothing will come of an attempt."""
    attempt.concluded_at = server_now(session)
    attempt.outcome = outcome
    tell(session, attempt, outcome)
    journal(session, attempt.invoice, outcome, None, attempt=attempt.reference)


def _paid(session: Session, attempt: PaymentAttempt, answer: Answer, time_zone: str) -> Taken:
    if (answer.amount, answer.currency) != (attempt.amount, attempt.currency):
        return _other_amount(session, attempt, answer)
    day = dt.datetime.now(ZoneInfo(time_zone)).date()
    done = settle(session, attempt, Money("online", answer.provider_reference, day))
    return {
        Settlement.SETTLED: Taken.SETTLED,
        Settlement.PART: Taken.SETTLED,
        Settlement.REFUND_DUE: Taken.REFUND_DUE,
        Settlement.KNOWN: Taken.NOTHING,
    }[done]


def _other_amount(session: Session, attempt: PaymentAttempt, answer: Answer) -> Taken:
    if attempt.concluded_at is None:
        conclude(session, attempt, "other-amount")
    owe_refund(
        session, attempt, "other-amount", amount=answer.amount, currency=answer.currency
    )
    return Taken.REFUND_DUE
