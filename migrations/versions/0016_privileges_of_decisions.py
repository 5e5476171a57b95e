"""What the application's role may do with charges, cases, openings and the sealed log."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
TABLES = (
    "charge, remnant_bundle, overlap_case, opening, sealed_filing, log_leaf, log_head,"
    " granting_stop"
)


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "privileges_of_decisions.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute(f"REVOKE ALL ON {TABLES} FROM cadastre_app")
