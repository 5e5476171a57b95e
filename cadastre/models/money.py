"""Money: orders of payment, attempts to pay them, what providers told, what was received.

Every amount is a whole number of the currency's minor unit (franc, cent): never a float. The
state of an invoice is what follows from these rows on a day (:mod:`cadastre.queries.money`); it is
not stored. Rows are added; the few columns that are written later say what ended a row.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier, recorded_now
from cadastre.models.dossier import Dossier
from cadastre.models.party import Party
from cadastre.models.title import Title

INVOICE_NUMBERS = Sequence("invoice_number_seq", metadata=Base.metadata)
LIVE = text("cancelled_at IS NULL")


class Invoice(Base):
    """An order of payment: what is due, why, from whom, by when.

    ``moment`` is lodgement, decision, issue or yearly. ``lines`` are objects with code, name {fr,
    en}, working, evidence and amount; an amount the law's texts do not give is null, and so is
    then ``total``: such an order waits until an agent enters it from a document. ``code`` lets
    whoever holds the printed order see and pay it without an account.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("num_nonnulls(dossier_id, title_id) > 0", name="subject"),
        CheckConstraint(
            "num_nulls(cancelled_at, cancel_reason) IN (0, 2)", name="cancellation"
        ),
        # One live order for what is due once: two requests at once cannot make two.
        Index("uq_invoice_dossier_moment", "dossier_id", "moment", unique=True,
              postgresql_where=LIVE),
        # A year of a title is asked for once, also after its order was cancelled and not replaced.
        Index("uq_invoice_title_year", "title_id", "period_from", unique=True,
              postgresql_where=text("moment = 'yearly' AND replaces_id IS NULL")),
    )  # fmt: skip

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    title_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    moment: Mapped[str]
    lines: Mapped[list[Any]] = mapped_column(JSONB)
    total: Mapped[int | None]
    currency: Mapped[str]
    issued_at: Mapped[recorded_now]
    due_on: Mapped[dt.date] = mapped_column(index=True)
    period_from: Mapped[dt.date | None]
    period_until: Mapped[dt.date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), unique=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[dt.datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancel_reason: Mapped[str | None]

    dossier: Mapped[Dossier | None] = relationship()
    title: Mapped[Title | None] = relationship()
    party: Mapped[Party | None] = relationship()
    payment: Mapped[Payment | None] = relationship(back_populates="invoice")
    parts: Mapped[list[PaymentPart]] = relationship(
        back_populates="invoice", order_by="PaymentPart.id"
    )
    attempts: Mapped[list[PaymentAttempt]] = relationship(
        back_populates="invoice", order_by="PaymentAttempt.id"
    )
    replaces: Mapped[Invoice | None] = relationship(remote_side="Invoice.id")


class PaymentAttempt(Recorded, Base):
    """One try to pay an invoice: at an online provider, by bank transfer or at the Treasury.

    ``reference`` is ours, and the idempotency key under which a provider knows the attempt;
    ``provider_reference`` is theirs (a session, the reference of a transfer or of a receipt).
    ``outcome`` is paid, refused, expired or rejected once known.
    """

    __tablename__ = "payment_attempt"
    __table_args__ = (
        Index("uq_payment_attempt_provider_reference", "provider", "provider_reference",
              unique=True, postgresql_where=text("outcome IS DISTINCT FROM 'rejected'")),
        # Two tabs that pay the same invoice are led to one session of the provider.
        Index("uq_payment_attempt_open", "invoice_id", "provider", unique=True,
              postgresql_where=text("concluded_at IS NULL")),
        Index("ix_payment_attempt_waiting", "next_question_at",
              postgresql_where=text("concluded_at IS NULL")),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("num_nulls(concluded_at, outcome) IN (0, 2)", name="conclusion"),
    )  # fmt: skip

    id: Mapped[identifier]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    provider: Mapped[str]
    reference: Mapped[str] = mapped_column(unique=True)
    provider_reference: Mapped[str | None]
    pay_address: Mapped[str | None]
    amount: Mapped[int]
    currency: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    received_on: Mapped[dt.date | None]
    questions: Mapped[int] = mapped_column(server_default=text("0"))
    next_question_at: Mapped[dt.datetime | None]
    concluded_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]

    invoice: Mapped[Invoice] = relationship(back_populates="attempts")
    account: Mapped[Account | None] = relationship()


class PaymentEvent(Base):
    """What was told about money, as it arrived, forged and repeated messages included.

    Added, never changed or removed. ``verdict`` is what we made of it; ``digest`` is the SHA-256 of
    the raw bytes, so that a message can later be proved to be the one received.
    """

    __tablename__ = "payment_event"
    __table_args__ = (
        Index("uq_payment_event_accepted", "provider", "event_reference", unique=True,
              postgresql_where=text("verdict = 'accepted'")),
        Index("uq_payment_event_owed", "attempt_reference", "kind", unique=True,
              postgresql_where=text("kind IN ('refund-due', 'refunded')")),
    )  # fmt: skip

    id: Mapped[identifier]
    recorded_at: Mapped[recorded_now]
    provider: Mapped[str]
    kind: Mapped[str]
    attempt_reference: Mapped[str | None] = mapped_column(index=True)
    event_reference: Mapped[str | None]
    verdict: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class StatementLine(Recorded, Base):
    """A credit on a statement of the bank or the Treasury; importing it twice adds nothing."""

    __tablename__ = "statement_line"

    id: Mapped[identifier]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(index=True)
    booked_on: Mapped[dt.date]
    amount: Mapped[int]
    currency: Mapped[str]
    label: Mapped[str]
    file_sha256: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class PaymentPart(Base):
    """Money that came for an order and is not all of it: a receipt of its own, nothing settled.

    Added, never changed or removed. When the parts reach the total, one :class:`Payment` says so.
    """

    __tablename__ = "payment_part"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "method = 'online' OR (recorded_by_id IS NOT NULL AND reconciled_by_id IS NOT NULL"
            " AND recorded_by_id <> reconciled_by_id)",
            name="two_people",
        ),
    )

    id: Mapped[identifier]
    recorded_at: Mapped[recorded_now]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempt.id"), unique=True)
    receipt_number: Mapped[str] = mapped_column(unique=True)
    method: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    received_on: Mapped[dt.date]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reconciled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    statement_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("statement_line.id"), unique=True
    )
    note: Mapped[str | None]

    invoice: Mapped[Invoice] = relationship(back_populates="parts")
    attempt: Mapped[PaymentAttempt] = relationship()


class Payment(Recorded, Base):
    """The money received for an invoice: one row at most, whatever is clicked, told or repeated."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint(
            "method IN ('online', 'bank-transfer', 'treasury-receipt')", name="method"
        ),
        CheckConstraint(
            "method = 'online' OR (recorded_by_id IS NOT NULL AND reconciled_by_id IS NOT NULL"
            " AND recorded_by_id <> reconciled_by_id)",
            name="two_people",
        ),
    )

    id: Mapped[identifier]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), unique=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempt.id"), unique=True)
    receipt_number: Mapped[str] = mapped_column(unique=True)
    method: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    received_on: Mapped[dt.date]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reconciled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    statement_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("statement_line.id"), unique=True
    )
    note: Mapped[str | None]

    invoice: Mapped[Invoice] = relationship(back_populates="payment")
    attempt: Mapped[PaymentAttempt] = relationship()
