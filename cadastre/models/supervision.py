"""What the supervision room stands on: numbered events, linked screens, daily indicators."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier, recorded_now

SERIALS = Sequence("live_event_serial_seq", metadata=Base.metadata)


class LiveEvent(Base):
    """What screens are told: the outbox, repeated by a trigger and kept for a month.

    ``serial`` is given after the event is committed, in the order in which events became visible:
    a screen that asks for what follows its last number misses nothing.
    """

    __tablename__ = "live_event"
    __table_args__ = (
        Index("ix_live_event_unnumbered", "id", postgresql_where=text("serial IS NULL")),
    )

    id: Mapped[identifier]
    recorded_at: Mapped[recorded_now]
    topic: Mapped[str]
    subject_id: Mapped[str]
    serial: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class LinkedScreen(Recorded, Base):
    """A wall screen that may read figures without an account; hashes of link and cookie are kept.

    The link serves once and for a day; the cookie it leaves stays on that device until revoked.
    """

    __tablename__ = "linked_screen"

    id: Mapped[identifier]
    name: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    link_hash: Mapped[str] = mapped_column(unique=True)
    link_expires_at: Mapped[dt.datetime]
    cookie_hash: Mapped[str | None] = mapped_column(unique=True)
    bound_at: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class IndicatorDay(Recorded, Base):
    """A figure of the supervision room as it stood at the end of a day (or so far, today)."""

    __tablename__ = "indicator_day"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
