"""Make it impossible to occupy ground twice: a guard in the database, for every writer."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "guard_occupation.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER guard_occupation ON occupation")
    op.execute("DROP TRIGGER guard_standing ON occupation")
    for function in (
        "guard_occupation()",
        "guard_standing()",
        "technical_width_m()",
        "mean_width_m(geometry)",
    ):
        op.execute(f"DROP FUNCTION {function}")
