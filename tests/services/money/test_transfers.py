"""Transfers and receipts: two people, the exact amount, a statement that is known once."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from cadastre.errors import Blocked, CadastreError, NotAllowed, UnusableInput
from cadastre.models import Payment, StatementLine
from cadastre.queries.money import InvoiceState, recorded_attempts, state_of, unmatched_lines
from cadastre.services.money.amounts import read_amount, to_minor, write_amount
from cadastre.services.money.settle import Settlement
from cadastre.services.money.statements import import_statement, read_statement
from cadastre.services.money.transfers import reconcile, record_transfer, reject_transfer
from tests.services.money.conftest import DAY, make_invoice

HEADER = "Date;Référence;Libellé;Débit;Crédit\n"


def record(session, invoice, account, **changes):
    asked = {
        "method": "bank-transfer", "reference": "VIR 12", "amount": invoice.total,
        "received_on": DAY, "today": DAY,
    }  # fmt: skip
    return record_transfer(session, invoice, account=account, **asked | changes)


def statement(session, account, *rows: str):
    content = (HEADER + "\n".join(rows)).encode("cp1252")
    return import_statement(session, content, currency="XOF", account=account)


def test_a_transfer_is_settled_by_a_second_person_once_the_bank_says_so(session, people, hooks):
    invoice = make_invoice(session)
    attempt = record(session, invoice, people["agent"])
    assert state_of(session, invoice, DAY) is InvoiceState.RECORDED
    assert [one.id for one in recorded_attempts(session)] == [attempt.id]
    with pytest.raises(NotAllowed, match=r"money\.same-person"):
        reconcile(session, attempt.reference, account=people["agent"])
    with pytest.raises(NotAllowed, match=r"money\.staff-only"):
        reconcile(session, attempt.reference, account=people["clerk"])
    with pytest.raises(Blocked, match=r"money\.no-credit"):
        reconcile(session, attempt.reference, account=people["second"])
    statement(session, people["second"], "24/11/2026;vir12;OP;;500 000")
    assert reconcile(session, attempt.reference, account=people["second"]) is Settlement.SETTLED
    payment = session.scalars(select(Payment).where(Payment.invoice_id == invoice.id)).one()
    assert (payment.recorded_by_id, payment.reconciled_by_id) == (
        people["agent"].id, people["second"].id,
    )  # fmt: skip
    assert hooks == [invoice.number]
    assert list(unmatched_lines(session)) == []


def test_a_statement_of_the_recorder_proves_nothing(session, people):
    attempt = record(session, make_invoice(session), people["agent"])
    statement(session, people["agent"], "24/11/2026;VIR12;OP;;500000")
    with pytest.raises(NotAllowed, match=r"money\.own-statement"):
        reconcile(session, attempt.reference, account=people["second"])


def test_a_credit_pays_one_invoice(session, people):
    first, second = make_invoice(session), make_invoice(session)
    attempt = record(session, first, people["agent"])
    with pytest.raises(Blocked, match=r"money\.reference-used"):
        record(session, second, people["agent"], reference="vir  12")
    with pytest.raises(Blocked, match=r"money\.recorded-before"):
        record(session, first, people["agent"], reference="VIR 13")
    statement(session, people["second"], "24/11/2026;VIR12;OP;;500000")
    reconcile(session, attempt.reference, account=people["second"])
    with pytest.raises(Blocked, match=r"money\.already-paid"):
        record(session, first, people["agent"], reference="VIR 14")


def test_another_amount_on_the_statement_is_no_credit(session, people):
    attempt = record(session, make_invoice(session), people["agent"])
    statement(session, people["second"], "24/11/2026;VIR12;OP;;499 999")
    with pytest.raises(Blocked, match=r"money\.no-credit"):
        reconcile(session, attempt.reference, account=people["second"])


def test_a_receipt_of_the_treasury_may_be_confirmed_by_what_was_seen(session, people):
    invoice = make_invoice(session)
    attempt = record(session, invoice, people["clerk"], method="treasury-receipt")
    with pytest.raises(Blocked, match=r"money\.note-missing"):
        reconcile(session, attempt.reference, account=people["agent"], note="vu")
    seen = "Registre du Trésor, page 12"
    assert reconcile(session, attempt.reference, account=people["agent"], note=seen) == "settled"


def test_a_rejected_transfer_leaves_the_order_due(session, people):
    invoice = make_invoice(session)
    attempt = record(session, invoice, people["agent"])
    reject_transfer(session, attempt.reference, account=people["second"], reason="Autre payeur")
    assert state_of(session, invoice, DAY) is InvoiceState.DUE
    with pytest.raises(Blocked, match=r"money\.concluded"):
        reconcile(session, attempt.reference, account=people["second"])
    assert record(session, invoice, people["agent"]).id != attempt.id  # the reference is free again


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "cash"}, "money.unknown-method"),
        ({"reference": "  "}, "money.reference-missing"),
        ({"received_on": DAY + dt.timedelta(1)}, "money.not-yet"),
    ],
)
def test_what_cannot_be_is_refused(session, people, changes, code):
    with pytest.raises(CadastreError) as refusal:
        record(session, make_invoice(session), people["agent"], **changes)
    assert refusal.value.code == code


def test_the_same_statement_twice_adds_nothing(session, people):
    rows = (
        "24/11/2026;V1;a;;100", "24/11/2026;V1;a;;100", "25/11/2026;V2;b;100;",
        "26/11/2026;V3;c;;-5", "", "26/11/2026;V4;d;;+7",
    )  # fmt: skip
    first = statement(session, people["agent"], *rows)
    assert (first.added, first.known) == (3, 0)  # two alike on one day are two
    longer = statement(session, people["second"], *rows, "27/11/2026;V5;e;;9")
    assert (longer.added, longer.known) == (1, 3)
    assert session.scalar(select(func.count(StatementLine.id))) == 4
    with pytest.raises(NotAllowed):
        statement(session, people["clerk"], *rows)


@pytest.mark.parametrize(
    "text",
    [
        "date,reference,amount,label\n2026-11-24,A,1 000,x\n",
        "\ufeffBooking date\tRef\tCredit\tDescription\n24.11.2026\tA\t1000\tx\n",
        "Date d’opération;Quittance;Montant;Motif\n24-11-2026;A;1\u202f000;x\n",
    ],
)
def test_statements_of_several_banks_are_read(text):
    (credit,) = read_statement(text.encode(), "XOF")
    assert (credit.booked_on, credit.reference, credit.amount) == (DAY, "A", 1000)


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"", "money.column-missing", "booked_on"),
        (b"date;label;amount\n", "money.column-missing", "reference"),
        (b"date;ref;amount;label\n2026-11-24;A\n", "money.row-too-short", "row 2"),
        (b"date;ref;amount;label\n2026-13-24;A;1;x\n", "http.not-a-date", "row 2"),
        (b"date;ref;amount;label\n2026-11-24;A;1,5;x\n", "money.not-an-amount", "row 2"),
        (b"date;ref;amount;label\n2026-11-24;A;=cmd|x;x\n", "money.not-an-amount", "row 2"),
        (b"date;ref;amount;label\n2026-11-24;;5;x\n", "money.reference-missing", "reference"),
        (b"\x00" * 2_000_001, "http.too-large", "file"),
        (b"x\n" * 20_002, "http.too-large", "file"),
    ],
)
def test_a_faulty_statement_is_refused_whole(content, code, where):
    with pytest.raises(UnusableInput) as refusal:
        read_statement(content, "XOF")
    assert (refusal.value.code, refusal.value.where) == (code, where)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    with contextlib.suppress(UnusableInput):
        read_statement(content, "XOF")


@given(st.integers(1, 10**12), st.sampled_from(["XOF", "USD", "CDF"]))
def test_an_amount_that_is_written_is_read_again(amount, currency):
    minor = to_minor(amount, currency)
    for language in ("fr", "en"):
        written = write_amount(minor, currency, language).rpartition("\u00a0")[0]
        plain = written.replace(",", "") if language == "en" else written
        assert read_amount(plain, currency) == minor
