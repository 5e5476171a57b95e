"""Accounts: who may sign in, with which roles, areas and subjects, for which parties."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.party import Party

FRESH_KEY = text("replace(gen_random_uuid()::text, '-', '')")


class Account(Recorded, Base):
    """A person who signs in; what they may do follows from roles and mandates.

    ``areas`` are region codes and ``subjects`` sectors; an empty list means all of them. ``body``
    is whom an adviser speaks for. Whoever changes ``session_key`` closes every open session.
    ``totp_secret`` is encrypted; ``totp_counter`` the last code used, so that none serves twice.
    """

    __tablename__ = "account"

    id: Mapped[identifier]
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    language: Mapped[str] = mapped_column(server_default="fr")
    notices: Mapped[str] = mapped_column(server_default="each")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))
    areas: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    subjects: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    body: Mapped[str | None]
    session_key: Mapped[str] = mapped_column(unique=True, server_default=FRESH_KEY)
    passkey_handle: Mapped[str] = mapped_column(unique=True, server_default=FRESH_KEY)
    confirmed_at: Mapped[dt.datetime | None]
    totp_secret: Mapped[str | None]
    totp_counter: Mapped[int | None]
    password_changed_at: Mapped[dt.datetime | None]

    mandates: Mapped[list[Mandate]] = relationship(
        back_populates="account", order_by="Mandate.id", foreign_keys="Mandate.account_id"
    )


class Mandate(Recorded, Base):
    """The power of an account to act for a party, with its dates.

    ``pending`` until an agent or clerk has seen that the person speaks for the company; a
    delegation by somebody who manages the company's people is ``active`` at once.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'active', 'refused', 'revoked')", name="state"),
    )

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    powers: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    starts_on: Mapped[dt.date] = mapped_column(server_default=text("CURRENT_DATE"))
    ends_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(server_default="active")
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]

    account: Mapped[Account] = relationship(back_populates="mandates", foreign_keys=[account_id])
    party: Mapped[Party] = relationship()


class ApiToken(Recorded, Base):
    """A key for programs: only its hash is kept, with scope and term."""

    __tablename__ = "api_token"

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(server_default=text("'{read,file,examine}'"))
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()
