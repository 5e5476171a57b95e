"""Rasters: what was registered (elevation, land cover, old maps…), and what each ground holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, Recorded, identifier


class Raster(Recorded, Base):
    """A raster that may be shown and summed up until ``removed_at``; a new version is a new row.

    The bytes stand outside the base, in ``CADASTRE_HOME/rasters``, named by ``sha256``;
    ``source_sha256`` is that of the file as it came. ``name`` is by language, ``legend`` a palette
    or classes with names and colours, ``about`` what was measured when it came.
    """

    __tablename__ = "raster"
    __table_args__ = (
        CheckConstraint("measure IN ('values', 'counts', 'classes', 'image')", name="measure"),
        CheckConstraint("classification IN ('public', 'internal')", name="classification"),
        Index("uq_raster_key_in_use", "key", unique=True,
              postgresql_where=text("removed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[identifier]
    key: Mapped[str]
    kind: Mapped[str]
    measure: Mapped[str]
    name: Mapped[dict[str, Any]]
    unit: Mapped[str | None]
    licence: Mapped[str]
    attribution: Mapped[str]
    classification: Mapped[str]
    legend: Mapped[dict[str, Any]]
    about: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    source_sha256: Mapped[str]
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))
    removed_at: Mapped[dt.datetime | None]


class RasterReading(Recorded, Base):
    """What a raster holds over a ground, named by the hash of the ground: never out of date."""

    __tablename__ = "raster_reading"

    raster_id: Mapped[int] = mapped_column(ForeignKey("raster.id"), primary_key=True)
    ground_sha256: Mapped[str] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
