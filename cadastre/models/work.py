"""Works: energy infrastructure (lines, plants, substations, depots, pipelines, stations)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cadastre.models.base import Base, Recorded, any_geometry, identifier
from cadastre.models.dossier import Dossier
from cadastre.models.party import Party
from cadastre.vocabulary import WorkState

CODES = Sequence("work_code_seq", metadata=Base.metadata)


class Work(Recorded, Base):
    """A work; corridors around it follow from the ruleset, so they move when it is rerouted."""

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(state.value) for state in WorkState)})", name="state"
        ),
        Index("ix_work_geom", "geom", postgresql_using="gist"),
        Index(
            "ix_work_name_search",
            text("searchable(name) gin_trgm_ops"),
            postgresql_using="gin",
            postgresql_where=text("name IS NOT NULL"),
        ),
    )

    id: Mapped[identifier]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    kind: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    commissioned_on: Mapped[dt.date | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    geom: Mapped[Any] = mapped_column(any_geometry())
    source: Mapped[str]
    licence: Mapped[str | None]
    is_illustrative: Mapped[bool] = mapped_column(server_default=text("false"))

    operator: Mapped[Party | None] = relationship()


class WorkDossier(Recorded, Base):
    """That a dossier is about a work: the licence that lets it be built, run or ended."""

    __tablename__ = "work_dossier"

    work_id: Mapped[int] = mapped_column(ForeignKey("work.id"), primary_key=True)
    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossier.id"), primary_key=True, index=True
    )
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    dossier: Mapped[Dossier] = relationship()
