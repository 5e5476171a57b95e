"""The sealed log: a Merkle tree over the journal (RFC 9162), its heads, and the stop lever."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, identifier, recorded_now


class LogLeaf(Base):
    """One entry of the log: the canonical bytes of a journal entry, at its place in the tree.

    ``salt`` keeps the hashes inside the entry from being guessed; the application may not read it,
    so it is fetched only where it is asked for.
    """

    __tablename__ = "log_leaf"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    journal_entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    content: Mapped[str]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    recorded_at: Mapped[recorded_now]


class LogNode(Base):
    """A complete subtree of the log above its leaves, so that a proof reads a few rows only."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogKey(Base):
    """A public key that has signed heads, and the name of the log it speaks for."""

    __tablename__ = "log_key"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[recorded_now]


class LogHead(Base):
    """A signed statement: at this instant the log had this size and this root."""

    __tablename__ = "log_head"

    id: Mapped[identifier]
    size: Mapped[int] = mapped_column(index=True)
    root_hash: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[dt.datetime]
    key_id: Mapped[str] = mapped_column(ForeignKey("log_key.key_id"))
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
