"""Exports made by a worker: an order, how far it is, and the bytes until they expire."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, Recorded, identifier


class ExportJob(Recorded, Base):
    """An export that somebody ordered, or that the register keeps ready for everybody (bulk).

    ``clearance`` is what its owner might take away when it was ordered; ``version`` is the state of
    the collection that a bulk file shows; ``seen_at`` is the last sign of life of its worker.
    """

    __tablename__ = "export_job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index(
            "ix_export_job_unfinished", "id",
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )  # fmt: skip

    id: Mapped[identifier]
    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    clearance: Mapped[int]
    wanted: Mapped[dict[str, Any]]
    collection: Mapped[str]
    format: Mapped[str]
    is_bulk: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="waiting")
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    seen_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]
    filename: Mapped[str | None]
    media_type: Mapped[str | None]
    about: Mapped[dict[str, Any] | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    fault: Mapped[dict[str, Any] | None]


class ExportPiece(Recorded, Base):
    """A piece of the file of a job, in order."""

    __tablename__ = "export_piece"

    job_id: Mapped[int] = mapped_column(
        ForeignKey("export_job.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
