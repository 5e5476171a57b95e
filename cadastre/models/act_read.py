"""Old acts sent to be read: their pages, and what two people entered from them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier

ACT_STATES = ("ordered", "read", "failed", "entered", "recording", "recorded", "abandoned")


class ActRead(Recorded, Base):
    """An act on its way into the register: sent, read, entered by two people, recorded.

    ``reading`` is what the machine read, never changed afterwards; ``import_job_id`` the import
    that writes the title once two people entered the same corners.
    """

    __tablename__ = "act_read"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(map(repr, ACT_STATES))), name="state"),
        Index(
            "ix_act_read_waiting", "id",
            postgresql_where=text("state IN ('ordered', 'recording')"),
        ),
    )  # fmt: skip

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    filename: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    state: Mapped[str] = mapped_column(server_default="ordered")
    reading: Mapped[dict[str, Any] | None]
    fault: Mapped[dict[str, Any] | None]
    import_job_id: Mapped[int | None] = mapped_column(ForeignKey("import_job.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class ActReadPage(Recorded, Base):
    """The picture of a page as it was read: straightened, in dots of which the cells are told."""

    __tablename__ = "act_read_page"

    act_read_id: Mapped[int] = mapped_column(ForeignKey("act_read.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))


class ActEntry(Recorded, Base):
    """What one person entered from an act, looking at it; entered again, it is another row."""

    __tablename__ = "act_entry"

    id: Mapped[identifier]
    act_read_id: Mapped[int] = mapped_column(ForeignKey("act_read.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    fields: Mapped[dict[str, Any]]
    corners: Mapped[str]
    crs: Mapped[str]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
