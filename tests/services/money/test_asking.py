"""Attempts without an answer are asked about, less and less often, and never forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.errors import NotAvailable
from cadastre.models import PaymentAttempt
from cadastre.services.money.asking import ask_about_waiting
from cadastre.services.money.attempts import open_attempt
from cadastre.services.money.providers.provider import Answer, AnswerStatus
from tests.services.money.conftest import make_invoice

ZONE = "Africa/Lome"


def later() -> dt.datetime:
    """Give an instant at which every attempt made so far is due."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)


class Told:
    """A provider that says what a test wants."""

    name = "online"
    origin = "http://127.0.0.1:9"

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def ask(self, reference: str) -> Answer | None:
        status = self.answers.pop(0)
        if status is None:
            return None
        if status == "silent":
            raise NotAvailable("money.provider-silent")
        return Answer(reference, "s", AnswerStatus(status), 500_000, "XOF")


@pytest.fixture
def till(fresh_database) -> Iterator[tuple[Engine, str]]:
    """Give a database in which one attempt waits."""
    owner = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(owner) as session, session.begin():
        reference = open_attempt(session, make_invoice(session), "online", account=None).reference
    owner.dispose()
    engine = create_engine(sqlalchemy_url(fresh_database.app_url))
    yield engine, reference
    engine.dispose()


def attempt_of(engine: Engine, reference: str) -> PaymentAttempt:
    with Session(engine) as session:
        return session.query(PaymentAttempt).filter_by(reference=reference).one()


def test_money_nobody_told_about_is_found(till):
    engine, reference = till
    assert ask_about_waiting(engine, Told(), ZONE).asked == 0  # its turn has not come
    provider = Told("open", "silent", "paid")
    first = later()
    instants = (first, first + dt.timedelta(minutes=5), first + dt.timedelta(hours=2))
    done = [ask_about_waiting(engine, provider, ZONE, at=at) for at in instants]
    assert [one.asked for one in done] == [1, 1, 1]
    assert [(one.settled, one.silent) for one in done] == [(0, 0), (0, 1), (1, 0)]
    assert attempt_of(engine, reference).outcome == "paid"
    assert ask_about_waiting(engine, Told(), ZONE, at=first + dt.timedelta(days=9)).asked == 0


def test_questions_become_rarer(till):
    engine, reference = till
    at, pauses = later(), []
    for _ in range(12):
        ask_about_waiting(engine, Told("open"), ZONE, at=at)
        following = attempt_of(engine, reference).next_question_at
        pauses.append((following - at).total_seconds())
        at = following
    assert pauses[:4] == [15, 30, 60, 120]
    assert pauses[-1] == 3600


def test_what_the_provider_never_knew_is_given_up_after_an_hour(till):
    engine, reference = till
    first = later()
    ask_about_waiting(engine, Told(None), ZONE, at=first)
    assert attempt_of(engine, reference).outcome is None
    ask_about_waiting(engine, Told(None), ZONE, at=first + dt.timedelta(hours=1))
    assert attempt_of(engine, reference).outcome == "expired"
