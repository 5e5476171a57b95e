"""Tell the states of many rows at once: verification asks for those of thousands."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "row_states.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION row_states(text, bigint[])")
