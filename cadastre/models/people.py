"""How people prove who they are, and whom they invite to act beside them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.party import Party


class Passkey(Recorded, Base):
    """A key that a person's device or token holds (WebAuthn); we keep its public half."""

    __tablename__ = "passkey"

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    transports: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    last_used_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()


class RecoveryCode(Recorded, Base):
    """A code that replaces a lost second factor, once; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[str]
    used_at: Mapped[dt.datetime | None]


class SignInFailure(Recorded, Base):
    """A failed try to sign in under a name, whether anybody bears it or not."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_recent", "name_hash", "recorded_at"),)

    id: Mapped[identifier]
    name_hash: Mapped[str]


class Identity(Recorded, Base):
    """Who an account is at a provider of identities: issuer and subject, never an address."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    last_used_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()


class MandateInvitation(Recorded, Base):
    """A mandate offered to whoever reads an address; it counts once they accept it."""

    __tablename__ = "mandate_invitation"

    id: Mapped[identifier]
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    email: Mapped[str] = mapped_column(index=True)
    powers: Mapped[list[str]]
    ends_on: Mapped[dt.date | None]
    accepted_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))

    party: Mapped[Party] = relationship()
    invited_by: Mapped[Account] = relationship()
