"""What surrounds the steps of a dossier: its rules, where it stands, who speaks, who is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.dossier import Document, Dossier


class CatalogueEntry(Recorded, Base):
    """A service and its procedure as they stood on a day, named by their SHA-256; never changed."""

    __tablename__ = "catalogue_entry"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    ruleset: Mapped[str]
    service: Mapped[str] = mapped_column(index=True)
    content: Mapped[dict[str, Any]]


class DossierStanding(Base):
    """Where a dossier stands: the replay of its steps, kept so that queues are read fast.

    Nothing is decided from it: each step replays the history anew, and ``cadastre verify`` holds
    one against the other. ``awaited`` names the roles and bodies whose turn it is.
    """

    __tablename__ = "dossier_standing"
    __table_args__ = (
        Index("ix_dossier_standing_awaited", "awaited", postgresql_using="gin"),
        Index("ix_dossier_standing_due_at", "due_at"),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    stage: Mapped[str]
    awaited: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    due_at: Mapped[dt.datetime | None]
    next_rule_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    is_closed: Mapped[bool] = mapped_column(server_default=text("false"))
    outcome: Mapped[str | None]
    lodged_at: Mapped[dt.datetime | None]
    moved_at: Mapped[dt.datetime]


class Message(Recorded, Base):
    """What one side wrote to the other inside a dossier, or an office to itself."""

    __tablename__ = "message"
    __table_args__ = (CheckConstraint("audience IN ('applicant', 'office')", name="audience"),)

    id: Mapped[identifier]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by_office: Mapped[bool]
    audience: Mapped[str] = mapped_column(server_default="applicant")
    text: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    account: Mapped[Account] = relationship()
    document: Mapped[Document | None] = relationship()


class MessageReading(Base):
    """Up to which message of a dossier an account has read."""

    __tablename__ = "message_reading"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    message_id: Mapped[int]
    read_at: Mapped[dt.datetime]


class Assignment(Recorded, Base):
    """Who carries a dossier, from when to when, and who gave it to them."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_present",
            "dossier_id",
            unique=True,
            postgresql_where=text("ends_at IS NULL"),
        ),
    )

    id: Mapped[identifier]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    ends_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class Absence(Recorded, Base):
    """When somebody is away, and who sees their dossiers meanwhile; ``ends_on`` is the day back."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="days"),)

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]


class Presence(Base):
    """Who has a dossier open now: two people on one file see each other."""

    __tablename__ = "presence"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seen_at: Mapped[dt.datetime]

    account: Mapped[Account] = relationship()


class CounterConfirmation(Recorded, Base):
    """The code by which a person confirms what a clerk files in their name; its hash is kept."""

    __tablename__ = "counter_confirmation"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    clerk_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str]
    code_hash: Mapped[str]
    expires_at: Mapped[dt.datetime]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    confirmed_at: Mapped[dt.datetime | None]

    dossier: Mapped[Dossier] = relationship()


class Notification(Recorded, Base):
    """A message to send: it says that there is news and where, never what."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_unsent", "due_at", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[identifier]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str]
    topic: Mapped[str]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"))
    path: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="fr")
    due_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    failure: Mapped[str | None]
