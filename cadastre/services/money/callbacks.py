"""Receive what a payment provider tells by itself: proved, once, in any order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import PaymentAttempt, PaymentEvent
from cadastre.services.money.answers import Taken, take_answer
from cadastre.services.money.providers.provider import Message, Provider

LONGEST_BODY = 20_000


class Verdict(StrEnum):
    """What was made of a message."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONTRADICTS = "contradicts"
    UNKNOWN_ATTEMPT = "unknown-attempt"
    BAD_SIGNATURE = "bad-signature"
    STALE = "stale"
    UNREADABLE = "unreadable"


VERDICTS = {
    "money.bad-signature": Verdict.BAD_SIGNATURE,
    "money.stale-message": Verdict.STALE,
    "money.unreadable-message": Verdict.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a callback; with ``refusal`` the provider is told to send it again, or not."""

    verdict: Verdict
    refusal: CadastreError | None = None


def receive(
    session: Session,
    provider: Provider,
    headers: Mapping[str, str],
    body: bytes,
    time_zone: str,
) -> Received:
    """Take in a callback and keep it, forged and repeated ones too.

    Must be committed also where it is refused: what arrived is a fact.
    """
    try:
        message = provider.read_callback(headers, body, time.time())
    except CadastreError as refusal:
        verdict = VERDICTS.get(refusal.code, Verdict.UNREADABLE)
        _keep(session, provider, body, verdict)
        return Received(verdict, refusal)
    attempt = session.scalar(
        select(PaymentAttempt).where(
            PaymentAttempt.reference == message.answer.reference,
            PaymentAttempt.provider == provider.name,
        )
    )
    if attempt is None:
        _keep(session, provider, body, Verdict.UNKNOWN_ATTEMPT, message)
        return Received(Verdict.UNKNOWN_ATTEMPT)
    return Received(_take(session, provider, attempt, message, body, time_zone))


def _take(
    session: Session,
    provider: Provider,
    attempt: PaymentAttempt,
    message: Message,
    body: bytes,
    time_zone: str,
) -> Verdict:
    taken = take_answer(session, attempt, message.answer, time_zone)
    # Asked under the lock that take_answer holds, so that a message is accepted once.
    if _is_known(session, provider, message):
        verdict = Verdict.REPEATED
    elif taken is Taken.CONTRADICTED:
        verdict = Verdict.CONTRADICTS
    else:
        verdict = Verdict.ACCEPTED
    _keep(session, provider, body, verdict, message)
    return verdict


def _is_known(session: Session, provider: Provider, message: Message) -> bool:
    query = select(PaymentEvent.id).where(
        PaymentEvent.provider == provider.name,
        PaymentEvent.event_reference == message.event,
        PaymentEvent.verdict.in_((Verdict.ACCEPTED, Verdict.CONTRADICTS)),
    )
    return session.scalars(query.limit(1)).first() is not None


def _keep(
    session: Session,
    provider: Provider,
    body: bytes,
    verdict: Verdict,
    message: Message | None = None,
) -> None:
    answer = None if message is None else message.answer
    session.add(
        PaymentEvent(
            provider=provider.name,
            kind="callback",
            attempt_reference=None if answer is None else answer.reference,
            event_reference=None if message is None else message.event,
            verdict=verdict.value,
            digest=hashlib.sha256(body).digest(),
            amount=None if answer is None else answer.amount,
            currency=None if answer is None else answer.currency,
            facts={} if answer is None else {"status": answer.status.value},
        )
    )
    session.flush()
