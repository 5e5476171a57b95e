"""Say where invoices stand, by one expression over what was paid, tried and cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from cadastre.models import (
    Dossier,
    Invoice,
    Party,
    Payment,
    PaymentAttempt,
    PaymentEvent,
    PaymentPart,
    StatementLine,
    Title,
)

BY_HAND = ("bank-transfer", "treasury-receipt")
PAGE = 50
Q = TypeVar("Q", bound="Select[Any, *tuple[Any, ...]]")


class InvoiceState(StrEnum):
    """Where an invoice stands on a day."""

    UNKNOWN = "amount-unknown"  # an amount is in no text that was read: it must be entered
    DUE = "due"
    OVERDUE = "overdue"
    RECORDED = "recorded"  # an agent recorded a transfer or receipt, a second one must confirm
    PAID = "paid"
    CANCELLED = "cancelled"


OVER = (InvoiceState.PAID.value, InvoiceState.CANCELLED.value)  # listed after what is still due


def invoice_state(day: dt.date) -> ColumnElement[str]:
    """Derive the state of an invoice on a day."""
    recorded = exists().where(
        PaymentAttempt.invoice_id == Invoice.id,
        PaymentAttempt.provider.in_(BY_HAND),
        PaymentAttempt.concluded_at.is_(None),
    )
    return case(
        (exists().where(Payment.invoice_id == Invoice.id), InvoiceState.PAID.value),
        (Invoice.cancelled_at.is_not(None), InvoiceState.CANCELLED.value),
        (Invoice.total.is_(None), InvoiceState.UNKNOWN.value),
        (recorded, InvoiceState.RECORDED.value),
        (Invoice.due_on < day, InvoiceState.OVERDUE.value),
        else_=InvoiceState.DUE.value,
    )


def state_of(session: Session, invoice: Invoice, day: dt.date) -> InvoiceState:
    """Tell where one invoice stands on a day."""
    found = session.scalar(select(invoice_state(day)).where(Invoice.id == invoice.id))
    return InvoiceState(str(found))


def invoice_numbered(session: Session, number: str) -> Invoice | None:
    """Give an invoice by its number, with everything its page shows."""
    return session.scalar(_whole().where(Invoice.number == number))


def invoices_of_dossier(session: Session, dossier_id: int) -> Sequence[Invoice]:
    """List the invoices of a dossier that were not cancelled, oldest first."""
    query = _whole().where(Invoice.dossier_id == dossier_id, Invoice.cancelled_at.is_(None))
    return session.scalars(query.order_by(Invoice.id)).all()


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices a list shows; ``parties`` and ``account_id`` keep it to one's own."""

    states: tuple[InvoiceState, ...] = ()
    moment: str | None = None
    about: str | None = None  # number of an invoice, a dossier or a title, or a name
    due_before: dt.date | None = None
    parties: Collection[int] | None = None
    account_id: int | None = None
    page: int = 1
    limit: int = PAGE


def list_invoices(
    session: Session, wanted: InvoiceFilter, day: dt.date
) -> tuple[list[tuple[Invoice, InvoiceState]], int]:
    """List invoices with their states, what is due before what is over, and count them all."""
    state = invoice_state(day)
    conditions = list(_conditions(wanted, state))
    total = session.scalar(_joined(select(func.count(Invoice.id))).where(*conditions)) or 0
    rows = session.execute(
        _joined(select(Invoice, state))
        .where(*conditions)
        .options(*_LOADED)
        .order_by(state.in_(OVER), Invoice.due_on, Invoice.id)
        .offset((wanted.page - 1) * wanted.limit)
        .limit(wanted.limit)
    )
    return [(invoice, InvoiceState(found)) for invoice, found in rows], total


def count_states(session: Session, day: dt.date) -> dict[str, int]:
    """Count invoices by state."""
    inner = select(invoice_state(day).label("state")).subquery()
    rows = session.execute(select(inner.c.state, func.count()).group_by(inner.c.state))
    return {str(state): int(count) for state, count in rows}


def _conditions(wanted: InvoiceFilter, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(state.in_([one.value for one in wanted.states]))
    if wanted.moment:
        found.append(Invoice.moment == wanted.moment)
    if wanted.due_before:
        found.append(Invoice.due_on < wanted.due_before)
    if wanted.about:
        number = wanted.about.strip()
        found.append(
            or_(
                Invoice.number == number.upper(), Dossier.number == number,
                Title.number == number, Party.name.icontains(number, autoescape=True),
            )
        )  # fmt: skip
    if wanted.parties is not None:
        found.append(
            or_(Invoice.party_id.in_(wanted.parties), Invoice.account_id == wanted.account_id)
        )
    return found


def _joined(query: Q) -> Q:
    return (
        query.outerjoin(Dossier, Dossier.id == Invoice.dossier_id)
        .outerjoin(Title, Title.id == Invoice.title_id)
        .outerjoin(Party, Party.id == Invoice.party_id)
    )


_LOADED = (
    joinedload(Invoice.dossier), joinedload(Invoice.title), joinedload(Invoice.party),
    joinedload(Invoice.payment), selectinload(Invoice.attempts), selectinload(Invoice.parts),
)  # fmt: skip


def _whole() -> Select[Invoice]:
    return select(Invoice).options(*_LOADED)


def recorded_attempts(session: Session) -> Sequence[PaymentAttempt]:
    """List transfers and receipts that wait for a second person, oldest first."""
    return session.scalars(
        select(PaymentAttempt)
        .where(PaymentAttempt.provider.in_(BY_HAND), PaymentAttempt.concluded_at.is_(None))
        .options(joinedload(PaymentAttempt.invoice), joinedload(PaymentAttempt.account))
        .order_by(PaymentAttempt.id)
    ).all()


def free_line(session: Session, attempt: PaymentAttempt) -> StatementLine | None:
    """Give the credit of a statement that is the money of an attempt, unless it already paid."""
    return session.scalar(
        select(StatementLine)
        .where(
            StatementLine.reference == attempt.provider_reference,
            StatementLine.amount == attempt.amount,
            StatementLine.currency == attempt.currency,
            _paid_nothing(),
        )
        .order_by(StatementLine.id)
        .limit(1)
    )


def _paid_nothing() -> ColumnElement[bool]:
    return and_(
        ~exists().where(Payment.statement_line_id == StatementLine.id),
        ~exists().where(PaymentPart.statement_line_id == StatementLine.id),
    )


def unmatched_lines(session: Session, limit: int = PAGE) -> Sequence[StatementLine]:
    """List credits of statements that paid nothing yet, newest first."""
    return session.scalars(
        select(StatementLine)
        .where(_paid_nothing())
        .order_by(StatementLine.booked_on.desc(), StatementLine.id.desc())
        .limit(limit)
    ).all()


def refunds_asked(session: Session) -> Sequence[PaymentEvent]:
    """List refunds of orders rightly paid that wait for a second person, oldest first."""
    answered = (
        select(PaymentEvent.facts["asked"].as_integer())
        .where(PaymentEvent.kind.in_(("refund-due", "refund-dropped")))
        .where(PaymentEvent.facts.has_key("asked"))
    )
    return session.scalars(
        select(PaymentEvent)
        .where(PaymentEvent.kind == "refund-asked", PaymentEvent.id.not_in(answered))
        .order_by(PaymentEvent.id)
    ).all()


def refunds_owed(session: Session) -> Sequence[PaymentEvent]:
    """List money that was received for nothing and not yet given back, oldest first."""
    returned = (
        select(PaymentEvent.attempt_reference)
        .where(PaymentEvent.kind == "refunded")
        .scalar_subquery()
    )
    return session.scalars(
        select(PaymentEvent)
        .where(PaymentEvent.kind == "refund-due", PaymentEvent.attempt_reference.not_in(returned))
        .order_by(PaymentEvent.id)
    ).all()


def orders_of_attempts(session: Session, references: Collection[str]) -> dict[str, str]:
    """Give the number of the order that each attempt was to pay."""
    rows = session.execute(
        select(PaymentAttempt.reference, Invoice.number)
        .join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
        .where(PaymentAttempt.reference.in_(references))
    )
    return {str(reference): str(number) for reference, number in rows}


def events_of(session: Session, references: Collection[str]) -> Sequence[PaymentEvent]:
    """List what was told about some attempts, in the order of arrival."""
    return session.scalars(
        select(PaymentEvent)
        .where(PaymentEvent.attempt_reference.in_(references))
        .order_by(PaymentEvent.id)
    ).all()


def waiting_attempts(session: Session, now: dt.datetime, limit: int) -> Sequence[str]:
    """List references of online attempts whose provider should be asked now, oldest first."""
    return session.scalars(
        select(PaymentAttempt.reference)
        .where(
            and_(
                PaymentAttempt.concluded_at.is_(None), PaymentAttempt.next_question_at <= now
            )
        )
        .order_by(PaymentAttempt.next_question_at)
        .limit(limit)
    ).all()
