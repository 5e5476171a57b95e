"""Extensions, the application's role and the search function everything else stands on."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "unaccent")


def upgrade() -> None:
    """Apply."""
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute((SQL / "searchable.sql").read_text("utf-8"))
    op.execute((SQL / "app_role.sql").read_text("utf-8"))
    op.execute("CREATE SEQUENCE application_rank_seq")


def downgrade() -> None:
    """Take back; extensions and the role may serve other databases and stay."""
    op.execute("DROP SEQUENCE application_rank_seq")
    op.execute("DROP FUNCTION searchable(text)")
