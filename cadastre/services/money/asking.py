"""Ask the provider about attempts it never answered, so that no money is lost on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable
from cadastre.models import PaymentAttempt
from cadastre.queries.money import waiting_attempts
from cadastre.services.again import decide
from cadastre.services.money.answers import Taken, conclude, take_answer
from cadastre.services.money.providers.provider import Answer, Provider

FIRST_PAUSE = dt.timedelta(seconds=15)
LONGEST_PAUSE = dt.timedelta(hours=1)
FORGOTTEN_AFTER = dt.timedelta(hours=1)  # the provider never heard of it: nobody can pay it
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """What a round of questions found: attempts asked about, and what the answers changed."""

    asked: int = 0
    settled: int = 0
    concluded: int = 0
    silent: int = 0


def ask_about_waiting(
    engine: Engine, provider: Provider, time_zone: str, *, at: dt.datetime | None = None
) -> AskedAbout:
    """Ask about every attempt whose turn it is, each in a transaction of its own.

    The provider is spoken to between transactions: a slow one holds no lock.
    """
    now = at or dt.datetime.now(dt.UTC)
    references = decide(engine, lambda session: waiting_attempts(session, now, MOST_AT_ONCE))
    found = [_ask_about(engine, provider, one, time_zone, now) for one in references]
    return AskedAbout(
        len(found),
        sum(taken in (Taken.SETTLED, Taken.REFUND_DUE) for taken in found),
        sum(taken is Taken.CONCLUDED for taken in found),
        sum(taken is None for taken in found),
    )


def _ask_about(
    engine: Engine, provider: Provider, reference: str, time_zone: str, now: dt.datetime
) -> Taken | None:
    try:
        answer = provider.ask(reference)
    except NotAvailable:
        decide(engine, _with(reference, lambda _session, attempt: _later(attempt, now)))
        return None

    def act(session: Session, attempt: PaymentAttempt) -> Taken:
        _later(attempt, now)
        return take_status(session, attempt, answer, time_zone, now)

    return decide(engine, _with(reference, act))


def take_status(
    session: Session,
    attempt: PaymentAttempt,
    answer: Answer | None,
    time_zone: str,
    now: dt.datetime,
) -> Taken:
    """Act on an answer we asked for; what the provider never knew is given up after an hour."""
    if answer is not None:
        return take_answer(session, attempt, answer, time_zone)
    if attempt.concluded_at is None and attempt.recorded_at < now - FORGOTTEN_AFTER:
        conclude(session, attempt, "expired")
        return Taken.CONCLUDED
    return Taken.NOTHING


def _later(attempt: PaymentAttempt, now: dt.datetime) -> None:
    """Ask less and less often, for ever: money that comes late is still found."""
    pause = min(FIRST_PAUSE * 2 ** min(attempt.questions, 10), LONGEST_PAUSE)
    attempt.questions += 1
    attempt.next_question_at = now + pause


def _with(
    reference: str, act: Callable[[Session, PaymentAttempt], Taken | None]
) -> Callable[[Session], Taken | None]:
    def work(session: Session) -> Taken | None:
        query = select(PaymentAttempt).where(PaymentAttempt.reference == reference)
        attempt = session.scalars(query).one()
        return act(session, attempt)

    return work
