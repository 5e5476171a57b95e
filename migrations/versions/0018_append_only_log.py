"""Make journal and log append-only for every role, keep the tree's subtrees and the public keys."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
APPEND_ONLY = ("journal_entry", "log_leaf", "log_node", "log_head", "log_key")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "log_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_log_key")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_log_node")),
    )
    op.add_column("log_leaf", sa.Column("salt", sa.LargeBinary(), nullable=False))
    op.create_foreign_key(
        op.f("fk_log_head_key_id_log_key"), "log_head", "log_key", ["key_id"], ["key_id"]
    )
    op.create_index(op.f("ix_log_head_size"), "log_head", ["size"])
    op.execute((SQL / "append_only.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_rewriting()")
    op.execute("DROP FUNCTION row_state(anyelement, geometry)")
    op.drop_index(op.f("ix_log_head_size"), "log_head")
    op.drop_constraint(op.f("fk_log_head_key_id_log_key"), "log_head")
    op.drop_column("log_leaf", "salt")
    op.drop_table("log_node")
    op.drop_table("log_key")
    op.execute("GRANT SELECT, INSERT ON log_leaf, log_head TO cadastre_app")
