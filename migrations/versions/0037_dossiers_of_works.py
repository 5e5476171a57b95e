"""Let dossiers be attached to the works they license, and works be drawn by those who run them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE work_code_seq")
    op.create_table(
        "work_dossier",
        sa.Column("work_id", sa.BigInteger(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["work.id"], name=op.f("fk_work_dossier_work_id_work")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_work_dossier_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_work_dossier_account_id_account")
        ),
        sa.PrimaryKeyConstraint("work_id", "dossier_id", name=op.f("pk_work_dossier")),
    )
    op.create_index(op.f("ix_work_dossier_dossier_id"), "work_dossier", ["dossier_id"])
    op.execute("GRANT SELECT, INSERT, DELETE ON work_dossier TO cadastre_app")
    op.execute("GRANT USAGE ON SEQUENCE work_code_seq TO cadastre_app")


def downgrade() -> None:
    """Take back."""
    op.drop_table("work_dossier")
    op.execute("DROP SEQUENCE work_code_seq")
