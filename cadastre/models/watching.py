"""Areas that people follow without an account, and the public events they are told of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, any_geometry, identifier, multipolygon


class EventReader(Base):
    """How far a reader of numbered events is; events it has not read are not forgotten."""

    __tablename__ = "event_reader"

    reader: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[int]


class PublicEvent(Recorded, Base):
    """Something public that happened to ground: what, to which record, where, to whom.

    Written once by the reader of events from what the register shows to anybody, so that letters,
    feeds and calls say the same. ``objections_until`` is the last day of an objection window.
    """

    __tablename__ = "public_event"
    __table_args__ = (
        CheckConstraint(
            "what IN ('filing', 'objections', 'decision', 'change', 'opening', 'work')",
            name="what",
        ),
        Index("ix_public_event_geom", "geom", postgresql_using="gist"),
        Index("ix_public_event_subject", "collection", "number"),
        Index("ix_public_event_party_ids", "party_ids", postgresql_using="gin"),
    )

    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    happened_at: Mapped[dt.datetime]
    what: Mapped[str]
    step: Mapped[str]
    collection: Mapped[str]
    number: Mapped[str]
    name: Mapped[str | None]
    kind: Mapped[str | None]
    party_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    objections_until: Mapped[dt.date | None]
    geom: Mapped[Any | None] = mapped_column(any_geometry())


class AreaWatch(Recorded, Base):
    """An area, title or holder that somebody follows, by letters or by calls to a program.

    ``key`` is what the follower holds: it shows and stops the watch. An address counts once it is
    confirmed; one that nobody confirms is forgotten after ``expires_at``. ``secret`` signs calls.
    """

    __tablename__ = "area_watch"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
        CheckConstraint("scope IN ('zone', 'unit', 'title', 'holder')", name="scope"),
        CheckConstraint("(scope = 'zone') = (geom IS NOT NULL)", name="ground"),
        CheckConstraint(
            "(channel = 'webhook') = (secret IS NOT NULL AND account_id IS NOT NULL)",
            name="signed",
        ),
        Index("ix_area_watch_geom", "geom", postgresql_using="gist"),
        Index("ix_area_watch_address", "address"),
    )

    id: Mapped[identifier]
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    address: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="fr")
    label: Mapped[str]
    scope: Mapped[str]
    subject: Mapped[str]
    geom: Mapped[Any | None] = mapped_column(multipolygon())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    secret: Mapped[str | None]
    confirm_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[dt.datetime | None]
    confirmed_at: Mapped[dt.datetime | None]
    told_at: Mapped[dt.datetime | None]
    paused_at: Mapped[dt.datetime | None]

    account: Mapped[Account | None] = relationship()


class AreaNotice(Recorded, Base):
    """That a follower is to be told of an event: when, whether it was done, what failed."""

    __tablename__ = "area_notice"
    __table_args__ = (
        UniqueConstraint("watch_id", "serial"),
        Index("ix_area_notice_unsent", "due_at", postgresql_where=text("sent_at IS NULL")),
        Index("ix_area_notice_serial", "serial"),
    )

    id: Mapped[identifier]
    watch_id: Mapped[int] = mapped_column(ForeignKey("area_watch.id", ondelete="CASCADE"))
    serial: Mapped[int] = mapped_column(ForeignKey("public_event.serial", ondelete="CASCADE"))
    due_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    failure: Mapped[str | None]

    watch: Mapped[AreaWatch] = relationship()
    event: Mapped[PublicEvent] = relationship()
