"""Let one decider at a time look at a piece of ground and act on it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "lock_ground.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION lock_ground(geometry)")
    op.execute("DROP TABLE ground_cell")
