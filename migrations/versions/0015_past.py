"""Keep every earlier version of the register's rows, so that any past day can be shown again."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
REMEMBERED = {
    "title": "id",
    "share": "id",
    "title_relation": "parent_id",
    "charge": "id",
    "application": "id",
    "parcel": "id",
    "occupation": "id",
    "zone": "id",
    "work": "id",
}


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "keep_past.sql").read_text("utf-8"))
    for table, key in REMEMBERED.items():
        past = f"{table}_past"
        op.execute(f"CREATE TABLE {past} (superseded_at timestamptz NOT NULL, LIKE {table})")
        op.create_index(f"ix_{past}_{key}_superseded_at", past, [key, "superseded_at"])
        op.execute(
            f"CREATE TRIGGER keep_past BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_past()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER keep_past")


def downgrade() -> None:
    """Take back; the past goes with its tables."""
    for table in REMEMBERED:
        op.execute(f"DROP TRIGGER keep_past ON {table}")
        op.drop_table(f"{table}_past")
    op.execute("DROP FUNCTION keep_past()")
