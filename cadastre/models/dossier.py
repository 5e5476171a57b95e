"""Dossiers: everything asked, sent, said and decided about one request or one title."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier, recorded_now

NUMBER_SEQUENCE = Sequence("dossier_number_seq", metadata=Base.metadata)


class Dossier(Recorded, Base):
    """The file that ties a parcel to its pieces; its state is the replay of its steps.

    ``catalogue_sha256`` names the service and procedure as they stood when it was opened: a
    dossier ends under the rules it started with. ``form`` holds the answers, ``perimeter`` the
    ground asked for as it was given; both are what was last saved, and ``edition`` counts the
    savings so that two people who write at once see each other. Dossiers of overlap cases and of
    titles loaded with a register have no service of the catalogue behind them.
    """

    __tablename__ = "dossier"

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    service: Mapped[str] = mapped_column(index=True)
    procedure: Mapped[str]
    procedure_version: Mapped[str]
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    form: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    catalogue_sha256: Mapped[str | None] = mapped_column(ForeignKey("catalogue_entry.sha256"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    title_id: Mapped[int | None] = mapped_column(
        ForeignKey("title.id", name="fk_dossier_title_id_title", use_alter=True), index=True
    )
    follow_up_code: Mapped[str | None]
    office: Mapped[str | None]
    sector: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="fr")
    perimeter: Mapped[dict[str, Any] | None]
    edition: Mapped[int] = mapped_column(server_default=text("0"))
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))

    steps: Mapped[list[Step]] = relationship(order_by="Step.id", viewonly=True)
    documents: Mapped[list[Document]] = relationship(order_by="Document.id", viewonly=True)


class Step(Base):
    """A dated event of a dossier, never changed afterwards: who, when, why, from which document.

    ``second_account_id`` is the person who confirmed, where the law wants four eyes; ``title_id``
    the title it moved, when it moved one.
    """

    __tablename__ = "step"

    id: Mapped[identifier]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str]
    happened_at: Mapped[dt.datetime]
    recorded_at: Mapped[recorded_now]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    second_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    title_id: Mapped[int | None] = mapped_column(
        ForeignKey("title.id", name="fk_step_title_id_title", use_alter=True), index=True
    )
    reason: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Document(Recorded, Base):
    """A piece of a dossier or the act behind a right (LADM LA_Source); bytes are kept by hash.

    ``piece`` names the line of the service's checklist it answers. A document is never erased:
    ``withdrawn_at`` says since when it no longer counts.
    """

    __tablename__ = "document"

    id: Mapped[identifier]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    reference: Mapped[str | None]
    dated: Mapped[dt.date | None]
    filename: Mapped[str | None]
    media_type: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    classification: Mapped[str] = mapped_column(server_default="internal")
    piece: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    scan: Mapped[str | None]
    withdrawn_at: Mapped[dt.datetime | None]
    verdict: Mapped[str | None]
    verdict_reason: Mapped[str | None]
    verdict_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class StoredFile(Recorded, Base):
    """Bytes named by their hash, so that a receipt can list what was received."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Draft(Recorded, Base):
    """A perimeter or form someone is still working on; outside the register."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    name: Mapped[str]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[recorded_now]
