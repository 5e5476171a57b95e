"""Exercises done in practice: by whom, when, which points were reached, and the mark."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "practice_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        # No key to the account: practice accounts are taken out and put back by a reset.
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("trainee", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("reached", JSONB, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_attempt")),
    )
    op.create_index(
        op.f("ix_practice_attempt_account_id"), "practice_attempt", ["account_id"]
    )
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (reached, mark, finished_at) ON practice_attempt"
        " TO cadastre_app"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("practice_attempt")
