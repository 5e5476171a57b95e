"""Old acts that were read: pages, what each person entered, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
STATES = "'ordered', 'read', 'failed', 'entered', 'recording', 'recorded', 'abandoned'"


def upgrade() -> None:
    """Apply."""
    _acts()
    _pages()
    _entries()
    op.execute("GRANT SELECT, INSERT, UPDATE ON act_read TO cadastre_app")
    # The pictures are written by the keeper that read the act; what somebody entered stays.
    op.execute("GRANT SELECT ON act_read_page TO cadastre_app")
    op.execute("GRANT SELECT, INSERT ON act_entry TO cadastre_app")


def downgrade() -> None:
    """Take back."""
    for table in ("act_entry", "act_read_page", "act_read"):
        op.drop_table(table)


def _keys(table: str, *keys: tuple[str, str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}")
        )
        for column, other, key in keys
    ]


def _acts() -> None:
    op.create_table(
        "act_read",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="ordered", nullable=False),
        sa.Column("reading", JSONB, nullable=True),
        sa.Column("fault", JSONB, nullable=True),
        sa.Column("import_job_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_act_read_state")),
        *_keys(
            "act_read", ("account_id", "account", "id"), ("sha256", "stored_file", "sha256"),
            ("import_job_id", "import_job", "id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_read")),
    )  # fmt: skip
    op.create_index(
        "ix_act_read_waiting", "act_read", ["id"],
        postgresql_where=sa.text("state IN ('ordered', 'recording')"),
    )  # fmt: skip


def _pages() -> None:
    op.create_table(
        "act_read_page",
        sa.Column("act_read_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        *_keys(
            "act_read_page", ("act_read_id", "act_read", "id"), ("sha256", "stored_file", "sha256")
        ),
        sa.PrimaryKeyConstraint("act_read_id", "page", name=op.f("pk_act_read_page")),
    )


def _entries() -> None:
    op.create_table(
        "act_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("act_read_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("corners", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        *_keys("act_entry", ("act_read_id", "act_read", "id"), ("account_id", "account", "id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_entry")),
    )
    op.create_index(op.f("ix_act_entry_act_read_id"), "act_entry", ["act_read_id"])
