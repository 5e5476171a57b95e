"""Imports made from a page: an order, what became of every row, and mappings worth keeping."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier

STATES = (
    "prepared", "trial-ordered", "tried", "ordered", "running", "done", "failed", "abandoned",
)  # fmt: skip


class ImportJob(Recorded, Base):
    """A file on its way into the register: prepared, tried without writing, confirmed, written.

    ``sha256`` names the file as it was sent, ``report_sha256`` the whole report as CSV; both are
    kept. ``started_at`` is the database's clock before the first row: overlaps are counted from it.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(map(repr, STATES))), name="state"),
        Index(
            "ix_import_job_ordered", "id",
            postgresql_where=text("state IN ('trial-ordered', 'ordered', 'running')"),
        ),
    )  # fmt: skip

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    collection: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    layer: Mapped[str | None]
    crs: Mapped[str | None]
    mapping: Mapped[dict[str, Any] | None]
    preview: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="prepared")
    trial: Mapped[dict[str, Any] | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[dt.datetime | None]
    started_at: Mapped[dt.datetime | None]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    finished_at: Mapped[dt.datetime | None]
    report: Mapped[dict[str, Any] | None]
    report_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    fault: Mapped[dict[str, Any] | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    confirmed_by: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by_id])


class ImportRow(Recorded, Base):
    """What became of a row, written in the transaction that wrote the row: never twice."""

    __tablename__ = "import_row"

    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str]
    findings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ImportMapping(Recorded, Base):
    """A mapping somebody saved under a name, for the next file of the same maker."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("collection", "name"),)

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    collection: Mapped[str]
    name: Mapped[str]
    body: Mapped[dict[str, Any]]
