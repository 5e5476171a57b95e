"""Fair openings of freed ground, and the remnants that keep their rank."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.application import Application
from cadastre.models.base import Base, Recorded, identifier, multipolygon
from cadastre.models.parcel import Parcel


class Opening(Recorded, Base):
    """Freed ground, published to open at an instant; filings inside the window are equal.

    ``seed`` is public and unknown to everybody before the window closes; with the entries, it lets
    anyone redo the draw.
    """

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="window"),
        Index("ix_opening_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    title_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"), index=True)
    exclusivity_group: Mapped[str]
    geom: Mapped[Any] = mapped_column(multipolygon())
    published_at: Mapped[dt.datetime]
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    mode: Mapped[str]
    seed_source: Mapped[str | None]
    seed: Mapped[str | None]
    drawn_at: Mapped[dt.datetime | None]


class SealedFiling(Recorded, Base):
    """What someone asks for inside a window: nobody reads it before the window closes."""

    __tablename__ = "sealed_filing"
    __table_args__ = (UniqueConstraint("opening_id", "party_id"),)

    id: Mapped[identifier]
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    seal: Mapped[str]
    content: Mapped[dict[str, Any]]
    place: Mapped[int | None]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)

    opening: Mapped[Opening] = relationship()


class RemnantBundle(Recorded, Base):
    """The free pieces of a clipped perimeter, together under the first rank until one is chosen."""

    __tablename__ = "remnant_bundle"

    id: Mapped[identifier]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    choose_before: Mapped[dt.datetime]
    chosen_at: Mapped[dt.datetime | None]
    chosen_parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))

    application: Mapped[Application] = relationship()
    chosen_parcel: Mapped[Parcel | None] = relationship(foreign_keys=chosen_parcel_id)
