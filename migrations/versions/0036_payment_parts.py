"""Money received in parts, each with its receipt: an order is settled only when it is whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "payment_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reconciled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("statement_line_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_part_amount")),
        sa.CheckConstraint(
            "method = 'online' OR (recorded_by_id IS NOT NULL AND reconciled_by_id IS NOT NULL"
            " AND recorded_by_id <> reconciled_by_id)",
            name=op.f("ck_payment_part_two_people"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_payment_part_{column}_{table}")
            )
            for column, table in (
                ("invoice_id", "invoice"), ("attempt_id", "payment_attempt"),
                ("recorded_by_id", "account"), ("reconciled_by_id", "account"),
                ("statement_line_id", "statement_line"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_part")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_payment_part_{column}"))
            for column in ("attempt_id", "receipt_number", "statement_line_id")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_payment_part_invoice_id"), "payment_part", ["invoice_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_part"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.execute("ALTER TABLE payment_part ENABLE ALWAYS TRIGGER append_only")
    op.execute("GRANT SELECT, INSERT ON payment_part TO cadastre_app")


def downgrade() -> None:
    """Take back."""
    op.drop_table("payment_part")
