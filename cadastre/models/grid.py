"""The grids of the law, and the cells that exclusive occupations of grid kinds hold.

The rows of ``grid`` and ``grid_kind`` are written from the ruleset by ``cadastre migrate``; those
of ``cell_run`` by the database itself, from occupation and grid (migrations/sql/cell_run.sql). The
application reads all three and writes none.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import INT8RANGE, TSTZRANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base


class Grid(Base):
    """Equal cells counted from the origin of a system; steps in its units, meridians in degrees."""

    __tablename__ = "grid"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="cell"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    srid: Mapped[int] = mapped_column(Integer)
    width: Mapped[float]
    height: Mapped[float]
    west: Mapped[float]
    east: Mapped[float]


class GridKind(Base):
    """A kind of title whose perimeters are made of cells, while the law says so."""

    __tablename__ = "grid_kind"

    ruleset: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    grid_id: Mapped[str] = mapped_column(ForeignKey("grid.id"), primary_key=True)
    period: Mapped[Any] = mapped_column(TSTZRANGE, primary_key=True)


class CellRun(Base):
    """Neighbouring cells of one row that an occupation holds; ``columns`` ends beyond the last."""

    __tablename__ = "cell_run"
    __table_args__ = (
        CheckConstraint("NOT isempty(columns)", name="columns"),
        ExcludeConstraint(
            ("grid_id", "="), ("exclusivity_group", "="), ("row", "="), ("columns", "&&"),
            ("period", "&&"), name="ex_cell_run_cells", using="gist",
        ),
    )  # fmt: skip

    occupation_id: Mapped[int] = mapped_column(
        ForeignKey("occupation.id", ondelete="CASCADE"), primary_key=True
    )
    exclusivity_group: Mapped[str] = mapped_column(Text)
    grid_id: Mapped[str] = mapped_column(ForeignKey("grid.id"))
    row: Mapped[int] = mapped_column(primary_key=True)
    columns: Mapped[Any] = mapped_column(INT8RANGE, primary_key=True)
    period: Mapped[Any] = mapped_column(TSTZRANGE)
