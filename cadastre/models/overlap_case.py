"""Cases: overlaps that someone must end, from detection to decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, any_geometry, identifier
from cadastre.models.dossier import Dossier
from cadastre.models.parcel import Parcel
from cadastre.models.work import Work
from cadastre.models.zone import Zone


class OverlapCase(Recorded, Base):
    """An overlap between a parcel and another parcel, a zone or a work.

    Its state is the replay of the steps of its dossier; ``closed_at`` and ``outcome`` repeat the
    last one for lists. ``left`` is the parcel with the later rank or date: the one in the way.
    """

    __tablename__ = "overlap_case"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(right_parcel_id, right_zone_id, right_work_id) = 1", name="right"
        ),
        CheckConstraint("left_parcel_id <> right_parcel_id", name="distinct"),
        Index(
            "uq_overlap_case_open",
            "left_parcel_id",
            text("coalesce(right_parcel_id, 0)"),
            text("coalesce(right_zone_id, 0)"),
            text("coalesce(right_work_id, 0)"),
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_overlap_case_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(index=True)
    left_parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    right_parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"), index=True)
    right_zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    right_work_id: Mapped[int | None] = mapped_column(ForeignKey("work.id"), index=True)
    geom: Mapped[Any] = mapped_column(any_geometry())
    area_m2: Mapped[float]
    share_of_left: Mapped[float]
    share_of_right: Mapped[float | None]
    mean_width_m: Mapped[float]
    is_technical: Mapped[bool]
    detected_at: Mapped[dt.datetime]
    detected_by: Mapped[str]
    deadline_on: Mapped[dt.date | None]
    closed_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)

    dossier: Mapped[Dossier] = relationship()
    left_parcel: Mapped[Parcel] = relationship(foreign_keys=left_parcel_id)
    right_parcel: Mapped[Parcel | None] = relationship(foreign_keys=right_parcel_id)
    right_zone: Mapped[Zone | None] = relationship()
    right_work: Mapped[Work | None] = relationship()
