"""Certificates: papers that were signed, what they say, and what became of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.dossier import Dossier
from cadastre.models.title import Title
from cadastre.vocabulary import CertificateState


class Certificate(Recorded, Base):
    """A signed PDF about a title, a dossier or a payment, found by a code nobody can guess.

    ``number`` is that of what it is about; ``version`` the fingerprint of what it says: as long as
    that stays, the same bytes are given again. ``log_position`` is the entry whose proof it
    carries; ``facts`` what the verification page shows, by language. The database lets nothing but
    the state change, and none become valid again.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'superseded', 'revoked')", name="state"),
        Index(
            "uq_certificate_valid", "kind", "number", "language", unique=True,
            postgresql_where=text("state = 'valid'"),
        ),
    )  # fmt: skip

    id: Mapped[identifier]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    number: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    title_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    signer_sha256: Mapped[str]
    issued_at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    log_position: Mapped[int | None]
    facts: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=CertificateState.VALID.value)
    state_reason: Mapped[str | None]
    state_changed_at: Mapped[dt.datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))

    title: Mapped[Title | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
