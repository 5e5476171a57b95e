"""Imports from the page: what was sent, how fields are read, what became of every row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
STATES = (
    "'prepared', 'trial-ordered', 'tried', 'ordered', 'running', 'done', 'failed', 'abandoned'"
)


def upgrade() -> None:
    """Apply."""
    _jobs()
    _rows()
    _mappings()
    op.execute("GRANT SELECT, INSERT, UPDATE ON import_job, import_mapping TO cadastre_app")
    # What became of a row is written by who wrote the row: the owner's process, never a request.
    op.execute("GRANT SELECT ON import_row TO cadastre_app")


def downgrade() -> None:
    """Take back."""
    for table in ("import_mapping", "import_row", "import_job"):
        op.drop_table(table)


def _jobs() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=True),
        sa.Column("crs", sa.Text(), nullable=True),
        sa.Column("mapping", JSONB, nullable=True),
        sa.Column("preview", JSONB, nullable=False),
        sa.Column("state", sa.Text(), server_default="prepared", nullable=False),
        sa.Column("trial", JSONB, nullable=True),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("report", JSONB, nullable=True),
        sa.Column("report_sha256", sa.Text(), nullable=True),
        sa.Column("fault", JSONB, nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_import_job_state")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_import_job_{column}_{table}")
            )
            for column, table, key in (
                ("account_id", "account", "id"),
                ("confirmed_by_id", "account", "id"),
                ("sha256", "stored_file", "sha256"),
                ("report_sha256", "stored_file", "sha256"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_account_id"), "import_job", ["account_id"])
    op.create_index(
        "ix_import_job_ordered", "import_job", ["id"],
        postgresql_where=sa.text("state IN ('trial-ordered', 'ordered', 'running')"),
    )  # fmt: skip


def _rows() -> None:
    op.create_table(
        "import_row",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("findings", JSONB, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["import_job.id"], name=op.f("fk_import_row_job_id_import_job")
        ),
        sa.PrimaryKeyConstraint("job_id", "row", name=op.f("pk_import_row")),
    )


def _mappings() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_import_mapping_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "collection", "name", name=op.f("uq_import_mapping_collection_name")
        ),
    )
