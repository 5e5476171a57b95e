"""Parties: who holds rights, applies, administers (LADM LA_Party)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, Recorded, identifier
from cadastre.vocabulary import PartyKind


class Party(Recorded, Base):
    """A company, a person or an administration."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint(
            f"kind IN ({', '.join(repr(kind.value) for kind in PartyKind)})", name="kind"
        ),
        Index(
            "ix_party_name_search",
            text("searchable(name) gin_trgm_ops"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[identifier]
    kind: Mapped[str]
    name: Mapped[str]
    registration_number: Mapped[str | None] = mapped_column(unique=True)
    country: Mapped[str | None]
    address: Mapped[str | None]
    email: Mapped[str | None]
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))
