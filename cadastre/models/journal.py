"""The journal: who did what, when, for whom and why, in the same transaction as the act."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, identifier, recorded_now


class JournalEntry(Base):
    """One act on the register; the application may add entries, never change them."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index("ix_journal_entry_subject", "subject", "subject_id"),
        Index("ix_journal_entry_recorded_at", "recorded_at"),
    )

    id: Mapped[identifier]
    recorded_at: Mapped[recorded_now]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    by_rule: Mapped[bool] = mapped_column(server_default=text("false"))
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    reason: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class OutboxEvent(Base):
    """What other processes are told, in serial order, after the act is committed."""

    __tablename__ = "outbox_event"

    id: Mapped[identifier]
    recorded_at: Mapped[recorded_now]
    topic: Mapped[str]
    subject_id: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class IdempotencyKey(Base):
    """The first answer to a request, given again when the same click arrives twice."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    recorded_at: Mapped[recorded_now]
    request_sha256: Mapped[str]
    answer: Mapped[dict[str, Any]]
    expires_at: Mapped[dt.datetime | None]
