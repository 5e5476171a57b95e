"""Orders of payment over HTTP, paid at a real provider in a process of its own."""

from __future__ import annotations

import dataclasses
import io
import json
import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from api.state import EXTENSION, CadastreState
from cadastre.models import Payment, PaymentEvent
from cadastre.services.money.providers.signature import HEADER, sign
from cadastre.services.tokens import make_token
from tests.services.money.conftest import (
    make_account,
    make_invoice,
    people,
    provider_process,
)
from tests.services.money.provider_process import SECRET

__all__ = ["people", "provider_process"]


@pytest.fixture
def online(app: Flask, provider_process, monkeypatch):
    """Let the site know the provider."""
    settings = dataclasses.replace(
        app.extensions[EXTENSION].settings,
        payments_url=provider_process.address, payments_secret=SECRET,
    )  # fmt: skip
    monkeypatch.setitem(app.extensions, EXTENSION, CadastreState(settings))
    return provider_process


@pytest.fixture
def keys(session, people):
    """Give everybody a key for programs."""
    tokens = {name: make_token(session, who, name="t", days=1) for name, who in people.items()}
    return {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}


@pytest.fixture
def payer(session):
    """Give an order of a company, and the key of somebody with power for it."""
    invoice = make_invoice(session, None, 500_000, 4_500_000)
    account = make_account(session, "payeur", parties=[invoice.party])
    token = make_token(session, account, name="t", days=1)
    return invoice, {"Authorization": f"Bearer {token}"}


def start(client, invoice, key, once="k1"):
    headers = key | {"Idempotency-Key": once}
    return client.post(f"/api/invoices/{invoice.number}/payments", json={}, headers=headers)


def code(answer) -> str:
    return answer.get_json()["code"]


def deliver(client, invoice, attempt, status="paid", **changes):
    """Send a callback as the provider does; its own arrive at a port nobody listens on here."""
    told = {
        "event": f"evt-{time.monotonic_ns()}", "session": "s", "reference": attempt["reference"],
        "status": status, "amount": invoice.total, "currency": "XOF",
    }  # fmt: skip
    body = json.dumps(told | changes).encode()
    headers = {HEADER: sign(SECRET, body, time.time())}
    return client.post("/api/payments/callbacks/online", data=body, headers=headers)


def test_an_order_is_read_by_those_it_concerns(client, session, payer, keys):
    invoice, key = payer
    path = f"/api/invoices/{invoice.number}"
    told = client.get(path, headers=key).get_json()
    assert (told["total"], told["currency"]) == (5_000_000, "XOF")
    assert told["lines"][0]["working"] == "1 × ?"
    assert client.get(path, headers=keys["agent"]).status_code == 200
    assert client.get(f"{path}?code={invoice.code.lower()}").status_code == 200
    for refused in (client.get(path), client.get(f"{path}?code=WRONG"),
                    client.get(path, headers=keys["applicant"])):  # fmt: skip
        assert refused.status_code == 403
        assert refused.get_json()["code"] == "money.not-yours"
    assert client.get("/api/invoices/OP-0").status_code == 404


def test_lists_show_staff_all_and_payers_their_own(client, session, payer, keys):
    invoice, key = payer
    other = make_invoice(session)
    numbers = lambda who: {  # noqa: E731
        one["number"] for one in client.get("/api/invoices", headers=who).get_json()["invoices"]
    }
    assert numbers(key) == {invoice.number}
    assert {invoice.number, other.number} <= numbers(keys["agent"])
    assert numbers(keys["applicant"]) == set()
    asked = f"/api/invoices?about={other.number}&state=due,overdue"
    found = client.get(asked, headers=keys["agent"])
    assert found.get_json()["total"] == 1
    assert client.get("/api/invoices?state=x", headers=key).status_code == 422


def test_two_tabs_and_a_repeated_key_lead_to_one_session(client, online, payer):
    invoice, key = payer
    first, again = start(client, invoice, key), start(client, invoice, key)
    assert (first.status_code, again.status_code) == (201, 200)
    other_tab = start(client, invoice, key, once="k2")
    addresses = {one.get_json()["pay_address"] for one in (first, again, other_tab)}
    assert len(addresses) == 1
    assert addresses.pop().startswith(online.address)


def test_the_provider_is_believed_and_the_browser_is_not(client, session, online, payer):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    back = f"/invoices/{invoice.number}/return?attempt={attempt['reference']}"
    assert client.get(f"{back}&status=paid").status_code == 303
    assert client.get(f"/api/invoices/{invoice.number}", headers=key).get_json()["payment"] is None
    online.pay(attempt["pay_address"], behaviour="silent")
    assert client.get(back).status_code == 303
    told = client.get(f"/api/invoices/{invoice.number}", headers=key).get_json()
    assert (told["state"], told["payment"]["amount"]) == ("paid", 5_000_000)
    assert start(client, invoice, key, once="k9").get_json()["code"] == "money.already-paid"
    assert online.charged(attempt["reference"]) == 1


def test_a_callback_before_the_return_and_twice_settles_once(client, session, online, payer):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    online.pay(attempt["pay_address"], behaviour="silent")
    assert deliver(client, invoice, attempt).get_json() == {"outcome": "accepted"}
    assert deliver(client, invoice, attempt).status_code == 200
    client.get(f"/invoices/{invoice.number}/return?attempt={attempt['reference']}")
    query = select(func.count(Payment.id)).where(Payment.invoice_id == invoice.id)
    assert session.scalar(query) == 1


def test_a_forged_callback_is_refused_and_kept(client, session, online, payer):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    forged = client.post(
        "/api/payments/callbacks/online", data=b"{}",
        headers={HEADER: sign("guessed", b"{}", time.time())},
    )  # fmt: skip
    assert (forged.status_code, forged.get_json()["code"]) == (403, "money.bad-signature")
    kept = session.scalars(select(PaymentEvent.verdict).order_by(PaymentEvent.id.desc())).first()
    assert kept == "bad-signature"
    unknown = deliver(client, invoice, {"reference": "PA-nobody"})
    assert unknown.status_code == 404
    assert client.post("/api/payments/callbacks/other").status_code == 404
    assert deliver(client, invoice, attempt).status_code == 200


def test_a_refused_payment_may_be_tried_again(client, online, payer):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    online.pay(attempt["pay_address"], "refuse", "silent")
    client.get(f"/invoices/{invoice.number}/return?attempt={attempt['reference']}")
    again = start(client, invoice, key, once="k2").get_json()
    assert again["reference"] != attempt["reference"]
    attempts = client.get(f"/api/invoices/{invoice.number}/payments", headers=key).get_json()
    assert [one["state"] for one in attempts["attempts"]] == ["refused", "open"]


def test_an_expired_session_is_replaced(client, online, payer):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    online.turn("expire", reference=attempt["reference"])
    again = start(client, invoice, key, once="k2").get_json()
    assert again["state"] == "open"
    assert again["pay_address"] != attempt["pay_address"]


def test_a_silent_provider_loses_nothing(client, online, payer, monkeypatch):
    invoice, key = payer
    online.turn(down=True)
    try:
        silent = start(client, invoice, key)
        assert (silent.status_code, silent.get_json()["code"]) == (503, "money.provider-silent")
    finally:
        online.turn(down=False)
    assert start(client, invoice, key).get_json()["state"] == "open"


def test_a_transfer_needs_two_agents_and_a_statement(client, session, payer, keys):
    invoice, key = payer
    path = f"/api/invoices/{invoice.number}/transfers"
    asked = {"method": "bank-transfer", "reference": "vir 99 182", "amount": 5_000_000,
             "received_on": "2026-11-20"}  # fmt: skip
    once = {"Idempotency-Key": "t1"}
    assert client.post(path, json=asked, headers=key | once).status_code == 403
    other = keys["agent"] | {"Idempotency-Key": "t0"}
    soon = client.post(path, json=asked | {"received_on": "2999-01-01"}, headers=other)
    assert code(soon) == "money.not-yet"
    recorded = client.post(path, json=asked, headers=keys["agent"] | once)
    assert client.post(path, json=asked, headers=keys["agent"] | once).status_code == 200
    reference = recorded.get_json()["reference"]
    confirm = f"/api/payments/transfers/{reference}/confirmation"
    assert code(client.post(confirm, json={}, headers=keys["agent"])) == "money.same-person"
    assert code(client.post(confirm, json={}, headers=keys["second"])) == "money.no-credit"
    rows = "Date;Référence;Libellé;Crédit\n20/11/2026;VIR 99182;OP;5 000 000\n"
    for who in ("second", "second"):
        sent = {"file": (io.BytesIO(rows.encode()), "releve.csv")}
        told = client.post("/api/payments/statements", data=sent, headers=keys[who])
    assert told.get_json() == {"added": 0, "known": 1}
    waiting = client.get("/api/payments/transfers", headers=keys["second"]).get_json()["transfers"]
    assert waiting[0]["credit"]["booked_on"] == "2026-11-20"
    settled = client.post(confirm, json={}, headers=keys["second"])
    assert settled.get_json() == {"outcome": "settled"}
    assert client.post(confirm, json={}, headers=keys["second"]).status_code == 409
    paid = client.get(f"/api/invoices/{invoice.number}", headers=key).get_json()["payment"]
    assert (paid["method"], paid["received_on"]) == ("bank-transfer", "2026-11-20")


def test_paying_online_while_a_transfer_waits_owes_one_back(client, session, online, payer, keys):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    asked = {"method": "treasury-receipt", "reference": "Q-77", "amount": 5_000_000,
             "received_on": "2026-11-20"}  # fmt: skip
    recorded = client.post(
        f"/api/invoices/{invoice.number}/transfers", json=asked,
        headers=keys["clerk"] | {"Idempotency-Key": "t"},
    ).get_json()  # fmt: skip
    online.pay(attempt["pay_address"], behaviour="silent")
    deliver(client, invoice, attempt)
    note = {"note": "Registre du Trésor, page 12"}
    confirm = f"/api/payments/transfers/{recorded['reference']}/confirmation"
    confirmed = client.post(confirm, json=note, headers=keys["agent"])
    assert confirmed.get_json() == {"outcome": "refund-due"}
    owed = client.get("/api/payments/refunds", headers=keys["agent"]).get_json()["refunds"]
    (one,) = owed
    assert (one["attempt"], one["reason"]) == (recorded["reference"], "paid-before")
    back = f"/api/payments/refunds/{recorded['reference']}"
    done = client.post(back, json={"reference": "VIR 5"}, headers=keys["agent"])
    assert done.get_json() == {"outcome": "refunded"}
    assert client.post(back, json={"reference": "VIR 5"}, headers=keys["agent"]).status_code == 409


def test_a_late_callback_after_cancellation_is_owed_back(client, session, online, payer, keys):
    invoice, key = payer
    attempt = start(client, invoice, key).get_json()
    cancelled = client.post(
        f"/api/invoices/{invoice.number}/cancellation", json={"reason": "Erreur"},
        headers=keys["agent"],
    )  # fmt: skip
    assert cancelled.get_json()["state"] == "cancelled"
    assert deliver(client, invoice, attempt).status_code == 200
    owed = client.get("/api/payments/refunds", headers=keys["agent"]).get_json()["refunds"]
    assert (owed[0]["reason"], owed[0]["amount"]) == ("cancelled", 5_000_000)


def test_unknown_amounts_are_entered_from_a_document(client, session, keys):
    invoice = make_invoice(session, None, None)
    path = f"/api/invoices/{invoice.number}"
    assert client.get(path, headers=keys["agent"]).get_json()["state"] == "amount-unknown"
    body = {"amounts": {"fees.f0": 250_000}, "source": "Note 12/DGMG"}
    made = client.post(f"{path}/amounts", json=body, headers=keys["clerk"]).get_json()
    assert (made["total"], made["replaces"]) == (250_000, invoice.number)


def test_everybody_else_is_refused(client, payer, keys):
    _, key = payer
    for path in ("transfers", "refunds"):
        assert client.get(f"/api/payments/{path}", headers=key).status_code == 403
        assert client.get(f"/api/payments/{path}").status_code == 401
