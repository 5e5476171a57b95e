"""Accounts: who may sign in, with which roles, for which parties."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.party import Party


class Account(Recorded, Base):
    """A person who signs in; what they may do follows from roles and mandates."""

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

    mandates: Mapped[list[Mandate]] = relationship(back_populates="account", order_by="Mandate.id")


class Mandate(Recorded, Base):
    """The power of an account to act for a party, with its dates."""

    __tablename__ = "mandate"

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    powers: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    starts_on: Mapped[dt.date] = mapped_column(server_default=text("CURRENT_DATE"))
    ends_on: Mapped[dt.date | None]

    account: Mapped[Account] = relationship(back_populates="mandates")
    party: Mapped[Party] = relationship()


class ApiToken(Recorded, Base):
    """A key for programs: only its hash is kept, with scope and term."""

    __tablename__ = "api_token"

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()
