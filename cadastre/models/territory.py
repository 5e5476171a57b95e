"""The country's frame: administrative units, and what a base map shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, Recorded, any_geometry, identifier, multipolygon


class AdministrativeUnit(Recorded, Base):
    """A country (level 0), region (1), prefecture (2), commune (3) or canton (4)."""

    __tablename__ = "administrative_unit"
    __table_args__ = (
        Index("ix_administrative_unit_geom", "geom", postgresql_using="gist"),
        Index(
            "ix_administrative_unit_name_search",
            text("searchable(name) gin_trgm_ops"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[identifier]
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[int] = mapped_column(index=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("administrative_unit.id"), index=True)
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    geom: Mapped[Any | None] = mapped_column(multipolygon())
    source: Mapped[str]
    licence: Mapped[str | None]
    is_illustrative: Mapped[bool] = mapped_column(server_default=text("false"))


class BaseMapFeature(Recorded, Base):
    """A river, lake, coast, town or neighbouring country, drawn under everything else."""

    __tablename__ = "base_map_feature"
    __table_args__ = (
        Index("ix_base_map_feature_geom", "geom", postgresql_using="gist"),
        Index(
            "ix_base_map_feature_name_search",
            text("searchable(name) gin_trgm_ops"),
            postgresql_using="gin",
            postgresql_where=text("name IS NOT NULL"),
        ),
    )

    id: Mapped[identifier]
    layer: Mapped[str] = mapped_column(index=True)
    name: Mapped[str | None]
    importance: Mapped[int] = mapped_column(server_default=text("0"))
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    geom: Mapped[Any] = mapped_column(any_geometry())
    source: Mapped[str]
    licence: Mapped[str | None]
