"""Keep rounding errors of nanometres from being taken for ground that two rights share."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "mean_width.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    former = (SQL / "guard_occupation.sql").read_text("utf-8")
    start = former.index("CREATE FUNCTION mean_width_m")
    statement = former[start : former.index(");", start) + 2]
    op.execute(statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
