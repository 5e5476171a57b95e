"""Orders of payment, attempts to pay them, what providers told, and the money received."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE invoice_number_seq")
    op.create_table(
        "payment_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt_reference", sa.Text(), nullable=True),
        sa.Column("event_reference", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_payment_event_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
    )
    op.create_index(
        op.f("ix_payment_event_attempt_reference"),
        "payment_event",
        ["attempt_reference"],
        unique=False,
    )
    op.create_index(
        "uq_payment_event_accepted",
        "payment_event",
        ["provider", "event_reference"],
        unique=True,
        postgresql_where=sa.text("verdict = 'accepted'"),
    )
    op.create_index(
        "uq_payment_event_owed",
        "payment_event",
        ["attempt_reference", "kind"],
        unique=True,
        postgresql_where=sa.text("kind IN ('refund-due', 'refunded')"),
    )
    op.create_table(
        "statement_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_statement_line_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_line")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_statement_line_fingerprint")),
    )
    op.create_index(
        op.f("ix_statement_line_reference"), "statement_line", ["reference"], unique=False
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=True),
        sa.Column("title_id", sa.BigInteger(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_until", sa.Date(), nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(dossier_id, title_id) > 0", name=op.f("ck_invoice_subject")
        ),
        sa.CheckConstraint(
            "num_nulls(cancelled_at, cancel_reason) IN (0, 2)", name=op.f("ck_invoice_cancellation")
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_invoice_total")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_invoice_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["account.id"], name=op.f("fk_invoice_cancelled_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_invoice_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["account.id"], name=op.f("fk_invoice_issued_by_id_account")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_invoice_party_id_party")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["invoice.id"], name=op.f("fk_invoice_replaces_id_invoice")
        ),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_invoice_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_invoice_replaces_id")),
    )
    op.create_index(op.f("ix_invoice_account_id"), "invoice", ["account_id"], unique=False)
    op.create_index(op.f("ix_invoice_dossier_id"), "invoice", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_invoice_due_on"), "invoice", ["due_on"], unique=False)
    op.create_index(op.f("ix_invoice_party_id"), "invoice", ["party_id"], unique=False)
    op.create_index(op.f("ix_invoice_title_id"), "invoice", ["title_id"], unique=False)
    op.create_index(
        "uq_invoice_dossier_moment",
        "invoice",
        ["dossier_id", "moment"],
        unique=True,
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "uq_invoice_title_year",
        "invoice",
        ["title_id", "period_from"],
        unique=True,
        postgresql_where=sa.text("moment = 'yearly' AND replaces_id IS NULL"),
    )
    op.create_table(
        "payment_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("pay_address", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("questions", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_question_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_attempt_amount")),
        sa.CheckConstraint(
            "num_nulls(concluded_at, outcome) IN (0, 2)", name=op.f("ck_payment_attempt_conclusion")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_payment_attempt_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_payment_attempt_invoice_id_invoice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempt")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_attempt_reference")),
    )
    op.create_index(
        op.f("ix_payment_attempt_invoice_id"), "payment_attempt", ["invoice_id"], unique=False
    )
    op.create_index(
        "ix_payment_attempt_waiting",
        "payment_attempt",
        ["next_question_at"],
        unique=False,
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    op.create_index(
        "uq_payment_attempt_open",
        "payment_attempt",
        ["invoice_id", "provider"],
        unique=True,
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    op.create_index(
        "uq_payment_attempt_provider_reference",
        "payment_attempt",
        ["provider", "provider_reference"],
        unique=True,
        postgresql_where=sa.text("outcome IS DISTINCT FROM 'rejected'"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
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
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "method = 'online' OR (recorded_by_id IS NOT NULL AND reconciled_by_id IS NOT NULL"
            " AND recorded_by_id <> reconciled_by_id)",
            name=op.f("ck_payment_two_people"),
        ),
        sa.CheckConstraint(
            "method IN ('online', 'bank-transfer', 'treasury-receipt')",
            name=op.f("ck_payment_method"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["payment_attempt.id"],
            name=op.f("fk_payment_attempt_id_payment_attempt"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_payment_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["reconciled_by_id"], ["account.id"], name=op.f("fk_payment_reconciled_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_payment_recorded_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["statement_line_id"],
            ["statement_line.id"],
            name=op.f("fk_payment_statement_line_id_statement_line"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_payment_attempt_id")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_payment_invoice_id")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_payment_receipt_number")),
        sa.UniqueConstraint("statement_line_id", name=op.f("uq_payment_statement_line_id")),
    )
    op.execute((SQL / "money.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    for table in ("payment", "payment_attempt", "invoice", "statement_line", "payment_event"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE invoice_number_seq")
