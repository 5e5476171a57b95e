"""The sealed log: a Merkle tree over the journal (RFC 9162), its heads, and the stop lever."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, identifier, recorded_now


class LogLeaf(Base):
    """One entry of the log: the canonical bytes of a journal entry, at its place in the tree."""

    __tablename__ = "log_leaf"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    journal_entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    content: Mapped[str]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[recorded_now]


class LogHead(Base):
    """A signed statement: at this instant the log had this size and this root."""

    __tablename__ = "log_head"

    id: Mapped[identifier]
    size: Mapped[int]
    root_hash: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[dt.datetime]
    key_id: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class GrantingStop(Base):
    """A fault was found: nothing is granted until a person has looked and said so."""

    __tablename__ = "granting_stop"

    id: Mapped[identifier]
    stopped_at: Mapped[recorded_now]
    reason: Mapped[str]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lifting_reason: Mapped[str | None]
