"""Applications: what a party asks for, with the rank the server gave it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.account import Account
from cadastre.models.base import Base, Recorded, identifier
from cadastre.models.dossier import Dossier
from cadastre.models.party import Party

RANK_SEQUENCE = Sequence("application_rank_seq", metadata=Base.metadata)


class Application(Recorded, Base):
    """A complete filing: instant and rank are facts of law, given by the server, never edited.

    ``findings`` is what the check said when it was filed, kept beside what it says today.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_substances", "substances", postgresql_using="gin"),
        Index(
            "ix_application_number_name_search",
            text("searchable(number || ' ' || coalesce(name, '')) gin_trgm_ops"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[identifier]
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    kind: Mapped[str] = mapped_column(index=True)
    substances: Mapped[list[str]]
    exclusivity_group: Mapped[str]
    ruleset: Mapped[str]
    ruleset_version: Mapped[str]
    applicant_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    filed_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    rank: Mapped[int] = mapped_column(
        RANK_SEQUENCE, server_default=RANK_SEQUENCE.next_value(), unique=True
    )
    closed_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    follow_up_code: Mapped[str]
    findings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"))

    applicant: Mapped[Party] = relationship()
    account: Mapped[Account | None] = relationship()
    dossier: Mapped[Dossier] = relationship()
