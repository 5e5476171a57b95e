"""Titles: rights over ground (LADM LA_RRR, LA_BAUnit), their shares and their family tree."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.dossier import Dossier
from cadastre.models.party import Party


class Title(Recorded, Base):
    """A permit, concession or authorisation.

    Its status on a day is derived from its dates (:mod:`cadastre.queries`), never stored. Days are
    those of the ruleset's time zone; ``expires_on`` is the first day it is no longer in force.
    """

    __tablename__ = "title"
    __table_args__ = (
        CheckConstraint("expires_on > starts_on", name="term"),
        CheckConstraint("ended_on >= starts_on", name="end"),
        Index("ix_title_substances", "substances", postgresql_using="gin"),
        Index(
            "ix_title_number_name_search",
            text("searchable(number || ' ' || coalesce(name, '')) gin_trgm_ops"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    kind: Mapped[str] = mapped_column(index=True)
    substances: Mapped[list[str]]
    exclusivity_group: Mapped[str]
    ruleset: Mapped[str]
    applied_on: Mapped[dt.date | None]
    granted_on: Mapped[dt.date | None]
    starts_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    end_reason: Mapped[str | None]
    suspended_from: Mapped[dt.date | None]
    suspended_until: Mapped[dt.date | None]
    instrument: Mapped[str | None]
    published_area_m2: Mapped[float | None]
    source: Mapped[str | None]
    doubts: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))

    dossier: Mapped[Dossier | None] = relationship(foreign_keys=[dossier_id])
    shares: Mapped[list[Share]] = relationship(back_populates="title", order_by="Share.id")


class Share(Recorded, Base):
    """A party's part in a title, as a fraction, from a day to a day."""

    __tablename__ = "share"
    __table_args__ = (
        CheckConstraint("numerator > 0 AND numerator <= denominator", name="fraction"),
    )

    id: Mapped[identifier]
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    role: Mapped[str] = mapped_column(server_default="holder")
    numerator: Mapped[int] = mapped_column(server_default=text("1"))
    denominator: Mapped[int] = mapped_column(server_default=text("1"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]

    title: Mapped[Title] = relationship(back_populates="shares")
    party: Mapped[Party] = relationship()


class TitleRelation(Recorded, Base):
    """An edge of the family tree: renewed, split, merged, converted from parent to child."""

    __tablename__ = "title_relation"
    __table_args__ = (CheckConstraint("parent_id <> child_id", name="distinct"),)

    parent_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True, index=True)
    kind: Mapped[str]
