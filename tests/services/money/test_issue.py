"""Orders of payment: one for what is due once, amounts nobody knows are never invented."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from cadastre.errors import Blocked, NotAllowed, UnusableInput
from cadastre.models import Invoice, JournalEntry
from cadastre.queries.money import InvoiceState, state_of
from cadastre.services.money.attempts import open_attempt
from cadastre.services.money.issue import (
    Debt,
    cancel_invoice,
    enter_amounts,
    issue_invoice,
)
from cadastre.services.money.standing import paid_moments, unpaid, unpaid_moments
from tests.services.money.conftest import DAY, fee, make_dossier, make_invoice


def test_an_order_adds_up_its_lines_and_is_journaled(session):
    invoice = make_invoice(session, None, 500_000, 4_500_000)
    assert invoice.total == 5_000_000
    assert invoice.number.startswith("OP-")
    assert [line["amount"] for line in invoice.lines] == [500_000, 4_500_000]
    assert state_of(session, invoice, DAY) is InvoiceState.DUE
    assert state_of(session, invoice, DAY + dt.timedelta(1)) is InvoiceState.OVERDUE
    entry = session.scalars(
        select(JournalEntry).where(JournalEntry.subject_id == invoice.number)
    ).one()
    assert (entry.action, entry.by_rule) == ("invoice.issue", True)


def test_amounts_of_a_currency_with_cents_are_whole_cents(session):
    dossier = make_dossier(session)
    debt = Debt("lodgement", DAY, dossier=dossier)
    invoice = issue_invoice(session, debt, [fee("f", 12, "USD")])
    assert invoice.total == 1200
    with pytest.raises(UnusableInput, match=r"money\.several-currencies"):
        issue_invoice(session, debt, [fee("f", 12, "USD"), fee("g", 5)])


def test_asking_twice_makes_one_order(session):
    dossier = make_dossier(session)
    first = make_invoice(session, dossier, 500_000)
    assert make_invoice(session, dossier, 500_000).id == first.id
    assert make_invoice(session, dossier, 1_000, moment="decision").id != first.id
    assert unpaid(session, dossier.id)[0].id == first.id


def test_the_database_itself_refuses_a_second_order(session):
    """The failing control: whoever goes around the service meets the index."""
    first = make_invoice(session)
    copy = Invoice(
        number="OP-COPY", code="X", dossier_id=first.dossier_id, moment=first.moment, lines=[],
        total=1, currency="XOF", due_on=DAY,
    )  # fmt: skip
    session.add(copy)
    with pytest.raises(IntegrityError, match="uq_invoice_dossier_moment"):
        session.flush()


def test_nothing_due_makes_no_order(session):
    debt = Debt("lodgement", DAY, dossier=make_dossier(session))
    assert issue_invoice(session, debt, []) is None
    assert issue_invoice(session, debt, [fee("f", 0)]) is None


def test_an_unknown_amount_waits_for_a_document(session, people):
    invoice = make_invoice(session, None, 500_000, None)
    assert invoice.total is None
    assert state_of(session, invoice, DAY) is InvoiceState.UNKNOWN
    with pytest.raises(Blocked, match=r"money\.amount-unknown"):
        open_attempt(session, invoice, "online", account=None)
    with pytest.raises(UnusableInput, match=r"money\.amounts-asked"):
        enter_amounts(session, invoice, {"fees.f0": 1}, account=people["agent"], source="Note 12")
    with pytest.raises(NotAllowed):
        enter_amounts(
            session, invoice, {"fees.f1": 1}, account=people["applicant"], source="Note 12"
        )
    entered = enter_amounts(
        session, invoice, {"fees.f1": 250_000}, account=people["agent"], source="Note 12/DGMG"
    )
    assert entered.total == 750_000
    assert entered.replaces_id == invoice.id
    assert entered.lines[1]["source"] == "Note 12/DGMG"
    assert state_of(session, invoice, DAY) is InvoiceState.CANCELLED
    assert [one.id for one in unpaid(session, invoice.dossier_id)] == [entered.id]
    with pytest.raises(Blocked, match=r"money\.nothing-unknown"):
        enter_amounts(session, entered, {}, account=people["agent"], source="Note 13")


def test_a_cancelled_order_is_not_due_and_another_may_be_issued(session, people):
    invoice = make_invoice(session)
    with pytest.raises(UnusableInput, match=r"money\.reason-missing"):
        cancel_invoice(session, invoice, account=people["agent"], reason=" ")
    with pytest.raises(NotAllowed):
        cancel_invoice(session, invoice, account=people["clerk"], reason="erreur de saisie")
    cancel_invoice(session, invoice, account=people["agent"], reason="erreur de saisie")
    assert unpaid_moments(session, invoice.dossier_id) == paid_moments(session, 0) == set()
    again = make_invoice(session, invoice.dossier)
    assert again.id != invoice.id


def test_the_application_cannot_rewrite_an_order(session, app_role):
    invoice = make_invoice(session)
    session.execute(func.set_config("role", app_role, True).select())
    invoice.total = 1
    with pytest.raises(DBAPIError, match="permission denied"):
        session.flush()
