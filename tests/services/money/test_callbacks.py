"""Messages of a provider: proved, taken once, in any order; whatever arrives is kept."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from cadastre.models import OutboxEvent, Payment, PaymentEvent
from cadastre.queries.money import refunds_owed
from cadastre.services.money import settled
from cadastre.services.money.attempts import open_attempt
from cadastre.services.money.callbacks import Verdict, receive
from cadastre.services.money.issue import cancel_invoice
from cadastre.services.money.providers.online import OnlineProvider
from cadastre.services.money.providers.signature import HEADER, sign
from cadastre.services.money.refunds import give_back
from cadastre.services.money.settled import deliver
from cadastre.services.money.standing import paid_moments
from tests.services.money.conftest import DAY, make_invoice

SECRET = "both sides"
ZONE = "Africa/Lome"
_events = itertools.count(1)


@pytest.fixture
def provider() -> OnlineProvider:
    return OnlineProvider("http://127.0.0.1:9", SECRET)


@pytest.fixture
def attempt(session, hooks):
    return open_attempt(session, make_invoice(session), "online", account=None)


def message(attempt, status="paid", **changes) -> bytes:
    told = {
        "event": f"evt-{next(_events)}", "session": "s1", "status": status,
        "reference": attempt.reference, "amount": attempt.amount, "currency": attempt.currency,
    }  # fmt: skip
    return json.dumps(told | changes).encode()


def tell(session, provider, body, *, secret=SECRET, at=None):
    headers = {HEADER: sign(secret, body, at or time.time())}
    return receive(session, provider, headers, body, ZONE).verdict


def payments(session, attempt) -> int:
    query = select(func.count(Payment.id)).where(Payment.invoice_id == attempt.invoice_id)
    return session.scalar(query)


def test_a_message_settles_once_however_often_it_comes(session, provider, attempt, hooks):
    body = message(attempt)
    assert tell(session, provider, body) is Verdict.ACCEPTED
    assert tell(session, provider, body) is Verdict.REPEATED
    another = message(attempt)  # another event about the same money
    assert tell(session, provider, another) is Verdict.ACCEPTED
    assert payments(session, attempt) == 1
    assert hooks == [attempt.invoice.number]
    assert paid_moments(session, attempt.invoice.dossier_id) == {"lodgement"}
    assert refunds_owed(session) == []


@pytest.mark.parametrize(
    ("secret", "age", "verdict"),
    [
        ("another", 0, Verdict.BAD_SIGNATURE),
        (SECRET, 400, Verdict.STALE),
        (SECRET, -400, Verdict.STALE),
    ],
)
def test_what_is_not_proved_changes_nothing_and_is_kept(
    session, provider, attempt, secret, age, verdict
):
    body = message(attempt)
    assert tell(session, provider, body, secret=secret, at=time.time() - age) is verdict
    assert payments(session, attempt) == 0
    kept = session.scalars(select(PaymentEvent).order_by(PaymentEvent.id.desc())).first()
    assert (kept.verdict, kept.attempt_reference) == (verdict.value, None)
    assert tell(session, provider, body) is Verdict.ACCEPTED  # the control: proved, it counts


def test_a_changed_byte_is_a_bad_signature(session, provider, attempt):
    body = message(attempt)
    headers = {HEADER: sign(SECRET, body, time.time())}
    forged = body.replace(b"500000", b"500001")
    assert receive(session, provider, headers, forged, ZONE).verdict is Verdict.BAD_SIGNATURE
    assert receive(session, provider, {}, body, ZONE).verdict is Verdict.BAD_SIGNATURE


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":1}', b"\xff", b'{"amount":"1"}'])
def test_signed_nonsense_is_refused_and_kept(session, provider, body):
    assert tell(session, provider, body) is Verdict.UNREADABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 10**30}, {"amount": 1.0}, {"amount": True}, {"amount": -1}, {"status": "gone"},
        {"event": "a\0b"}, {"session": ""}, {"currency": "XOFF"}, {"reference": ["PA"]},
        {"session": "s" * 201}, {"event": "\ud800"},
    ],
)
def test_signed_fields_that_were_not_agreed_are_refused(session, provider, attempt, changes):
    assert tell(session, provider, message(attempt, **changes)) is Verdict.UNREADABLE
    assert payments(session, attempt) == 0


def test_a_refusal_after_the_payment_changes_nothing(session, provider, attempt):
    tell(session, provider, message(attempt))
    assert tell(session, provider, message(attempt, "refused")) is Verdict.CONTRADICTS
    assert attempt.outcome == "paid"


def test_money_after_a_refusal_still_counts(session, provider, attempt):
    tell(session, provider, message(attempt, "refused"))
    assert attempt.outcome == "refused"
    tell(session, provider, message(attempt))
    assert payments(session, attempt) == 1
    assert attempt.outcome == "paid"


def test_money_for_a_cancelled_order_is_owed_back_once(session, provider, attempt, hooks, people):
    cancel_invoice(session, attempt.invoice, account=people["agent"], reason="erreur de saisie")
    body = message(attempt)
    tell(session, provider, body)
    tell(session, provider, body)
    tell(session, provider, message(attempt))
    assert payments(session, attempt) == 0
    assert hooks == []
    (owed,) = refunds_owed(session)
    assert (owed.amount, owed.facts["reason"]) == (500_000, "cancelled")
    give_back(session, attempt.reference, account=people["agent"], reference="VIR 77")
    assert refunds_owed(session) == []


def test_another_amount_is_never_taken(session, provider, attempt):
    tell(session, provider, message(attempt, amount=499_999))
    tell(session, provider, message(attempt, currency="EUR"))
    assert payments(session, attempt) == 0
    (owed,) = refunds_owed(session)
    assert (owed.amount, owed.facts["reason"]) == (499_999, "other-amount")


def test_an_unknown_attempt_is_kept_and_asked_again(session, provider, attempt):
    assert tell(session, provider, message(attempt, reference="PA-x")) is Verdict.UNKNOWN_ATTEMPT


def test_a_consequence_that_fails_does_not_take_the_payment_with_it(
    session, provider, attempt, monkeypatch, caplog
):
    tries: list[int] = []

    def fail_once(_session, _invoice):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("the dossier is busy")

    monkeypatch.setattr(settled, "ON_PAID", {"step": fail_once})
    tell(session, provider, message(attempt))
    assert payments(session, attempt) == 1
    assert "waits for the next turn" in caplog.text
    assert session.scalar(select(func.count(OutboxEvent.id))) == 1
    assert deliver(session).done == (attempt.invoice.number,)
    assert deliver(session).done == ()
    assert len(tries) == 2


def test_the_database_itself_refuses_a_second_payment(session, provider, attempt):
    """The failing control: whoever goes around the service meets the constraint."""
    tell(session, provider, message(attempt))
    second = Payment(
        invoice_id=attempt.invoice_id, attempt_id=attempt.id, receipt_number="QT-X",
        method="online", reference="x", amount=1, currency="XOF", received_on=DAY,
    )  # fmt: skip
    session.add(second)
    with session.no_autoflush, pytest.raises(IntegrityError, match="uq_payment_"):
        session.flush()
    session.rollback()


def test_what_was_told_cannot_be_taken_back(session, provider, attempt):
    tell(session, provider, message(attempt))
    for change in (update(PaymentEvent).values(verdict="x"), delete(PaymentEvent)):
        savepoint = session.begin_nested()
        with pytest.raises(DBAPIError, match=r"added, never changed|permission denied"):
            session.execute(change)
        savepoint.rollback()


STORIES = st.lists(
    st.sampled_from(["paid", "paid-again", "refused", "expired", "open", "stale", "cancel"]),
    max_size=7,
)
FIXTURES = [HealthCheck.function_scoped_fixture]  # each story is undone by its savepoint


@settings(max_examples=40, deadline=None, suppress_health_check=FIXTURES)
@given(STORIES)
def test_money_is_paid_or_owed_and_never_both(session, provider, people, hooks, story):
    """Whatever is told in whatever order: one payment or one debt if money moved, else none."""
    with session.begin_nested() as savepoint:
        invoice = make_invoice(session, None)
        attempt = open_attempt(session, invoice, "online", account=None)
        body = message(attempt, event=f"evt-{next(_events)}")
        moved = False
        for word in story:
            if word == "cancel":
                if not payments(session, attempt):
                    cancel_invoice(session, invoice, account=people["agent"], reason="erreur")
            elif word == "stale":
                tell(session, provider, body, at=time.time() - 9999)
            elif word == "paid":
                moved = True
                tell(session, provider, body)
            else:
                moved = moved or word == "paid-again"
                tell(session, provider, message(attempt, word.removesuffix("-again")))
        kinds = Counter(session.scalars(
            select(PaymentEvent.kind).where(PaymentEvent.attempt_reference == attempt.reference)
        ))
        assert payments(session, attempt) + kinds["refund-due"] == int(moved)
        assert hooks.count(invoice.number) == payments(session, attempt)
        savepoint.rollback()
