"""Parcels and occupations: ground asked for or held, and ground that blocks others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.application import Application
from cadastre.models.base import Base, Recorded, identifier, multipolygon
from cadastre.models.title import Title
from cadastre.models.zone import Zone


class Parcel(Recorded, Base):
    """A perimeter for a period, belonging to one title or one application (LADM LA_SpatialUnit).

    The text as filed, its CRS and the transformation used stay beside the geometry: the corners of
    the act can always be shown as they were printed.
    """

    __tablename__ = "parcel"
    __table_args__ = (
        CheckConstraint("num_nonnulls(title_id, application_id) = 1", name="belongs"),
        CheckConstraint("NOT isempty(period)", name="period"),
        Index("ix_parcel_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[identifier]
    title_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(
        ForeignKey("remnant_bundle.id", name="fk_parcel_bundle_id_remnant_bundle", use_alter=True),
        index=True,
    )
    geom: Mapped[Any] = mapped_column(multipolygon())
    period: Mapped[Any] = mapped_column(TSTZRANGE)
    original_text: Mapped[str]
    original_crs: Mapped[str]
    transformation: Mapped[str | None]
    edge_model: Mapped[str]
    corners: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    planar_area_m2: Mapped[float]
    planar_crs: Mapped[str]
    geodesic_area_m2: Mapped[float]

    title: Mapped[Title | None] = relationship()
    application: Mapped[Application | None] = relationship()


class Occupation(Recorded, Base):
    """Ground that blocks others of its exclusivity group for a period.

    ``geom`` is the canonical geometry on which the register decides. ``standing`` tells a guarded
    occupation (``exclusive``) from one that waits behind an earlier rank (``second-rank``) and
    from a known overlap inherited from older registers (``legacy``).
    """

    __tablename__ = "occupation"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, zone_id) = 1", name="belongs"),
        CheckConstraint("NOT isempty(period)", name="period"),
        CheckConstraint("standing IN ('exclusive', 'second-rank', 'legacy')", name="standing"),
        Index("ix_occupation_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[identifier]
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    occupant: Mapped[str]
    exclusivity_group: Mapped[str] = mapped_column(index=True)
    period: Mapped[Any] = mapped_column(TSTZRANGE)
    standing: Mapped[str] = mapped_column(server_default="exclusive")
    geom: Mapped[Any] = mapped_column(multipolygon())

    parcel: Mapped[Parcel | None] = relationship()
    zone: Mapped[Zone | None] = relationship()


class GroundCell(Base):
    """A quarter degree of ground, marked by whoever decides on it (see lock_ground.sql)."""

    __tablename__ = "ground_cell"

    cell: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[int]
