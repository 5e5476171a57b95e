"""Zones: ground under a rule of its own, with the act that makes the rule bind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier, multipolygon
from cadastre.models.party import Party
from cadastre.vocabulary import ZoneStatus


class Zone(Recorded, Base):
    """A protected area, reserve, corridor or strip; a void or proposed act blocks nobody.

    ``authority`` keeps it, and may consent to a right inside where the ruleset lets it.
    """

    __tablename__ = "zone"
    __table_args__ = (
        CheckConstraint(
            f"status IN ({', '.join(repr(status.value) for status in ZoneStatus)})", name="status"
        ),
        Index("ix_zone_geom", "geom", postgresql_using="gist"),
        Index("ix_zone_name_search", text("searchable(name) gin_trgm_ops"), postgresql_using="gin"),
    )

    id: Mapped[identifier]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    act: Mapped[str | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    geom: Mapped[Any] = mapped_column(multipolygon())
    source: Mapped[str]
    licence: Mapped[str | None]
    is_illustrative: Mapped[bool] = mapped_column(server_default=text("false"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)

    authority: Mapped[Party | None] = relationship()
