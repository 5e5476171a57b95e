"""Charges: what weighs on a title (mortgage, lease, pledge, condition) and follows it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.party import Party
from cadastre.models.title import Title


class Charge(Recorded, Base):
    """A burden on a title, with its rank among the charges of that title.

    ``origin_id`` is the charge it continues, when a title was split, merged or converted: a charge
    is never lost, it is followed to its children.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("rank > 0", name="rank"),
        CheckConstraint("ends_on >= starts_on", name="term"),
    )

    id: Mapped[identifier]
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), index=True)
    kind: Mapped[str]
    rank: Mapped[int]
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    currency: Mapped[str | None]
    terms: Mapped[str | None]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("charge.id"), index=True)

    title: Mapped[Title] = relationship()
    party: Mapped[Party | None] = relationship()
