"""Hold the cells of grid titles as runs, so that one cell never has two holders."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
TRIGGERS = {
    "occupation": ("cells_guard", "cells_release", "cells_take"),
    "parcel": ("cells_follow",),
    "title": ("cells_follow",),
    "application": ("cells_follow",),
}
FUNCTIONS = (
    "follow_cells()", "take_cells()", "release_cells()", "guard_cells()",
    "ensure_whole_cells(occupation, boolean)", "hold_cells(bigint)", "grid_runs(geometry, text)",
    "grid_cells(geometry, text)", "grid_of(occupation)",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "grid",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("srid", sa.Integer(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_grid_cell")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
    )
    op.create_table(
        "grid_kind",
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_grid_kind_grid_id_grid")
        ),
        sa.PrimaryKeyConstraint("ruleset", "kind", "grid_id", "period", name=op.f("pk_grid_kind")),
    )
    op.create_table(
        "cell_run",
        sa.Column("occupation_id", sa.BigInteger(), nullable=False),
        sa.Column("exclusivity_group", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("columns", postgresql.INT8RANGE(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(columns)", name=op.f("ck_cell_run_columns")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_cell_run_grid_id_grid")
        ),
        sa.ForeignKeyConstraint(
            ["occupation_id"],
            ["occupation.id"],
            name=op.f("fk_cell_run_occupation_id_occupation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("occupation_id", "row", "columns", name=op.f("pk_cell_run")),
        postgresql.ExcludeConstraint(
            ("grid_id", "="), ("exclusivity_group", "="), ("row", "="), ("columns", "&&"),
            ("period", "&&"), name="ex_cell_run_cells", using="gist",
        ),
    )  # fmt: skip
    op.execute("GRANT SELECT ON grid, grid_kind, cell_run TO cadastre_app")
    op.execute((SQL / "cell_run.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    for table, names in TRIGGERS.items():
        for name in names:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("cell_run", "grid_kind", "grid"):
        op.drop_table(table)
