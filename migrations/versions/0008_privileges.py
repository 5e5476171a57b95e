"""What the application's role may do: read and write rows, never rewrite what was recorded."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "privileges.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM cadastre_app")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM cadastre_app")
    op.execute("ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM cadastre_app")
