"""Dossiers followed from anywhere: the catalogue they started under, messages, desk, notices."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
TABLES = (
    "message", "presence", "notification", "message_reading", "dossier_standing",
    "counter_confirmation", "assignment", "absence",
)  # fmt: skip
OF_DOCUMENT = (
    "piece", "account_id", "scan", "withdrawn_at", "verdict", "verdict_reason", "verdict_by_id",
)  # fmt: skip
OF_DOSSIER = (
    "catalogue_sha256", "account_id", "clerk_id", "title_id", "follow_up_code", "office", "sector",
    "language", "perimeter", "edition", "is_demonstration",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    _tables()
    _columns()
    op.execute(sa.schema.CreateSequence(sa.Sequence("dossier_number_seq")))
    op.execute((SQL / "privileges_of_dossiers.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute(sa.schema.DropSequence(sa.Sequence("dossier_number_seq")))
    for column in OF_DOSSIER:
        op.drop_column("dossier", column)
    for column in OF_DOCUMENT:
        op.drop_column("document", column)
    op.drop_column("account", "notices")
    for table in TABLES:
        op.drop_table(table)
    op.drop_table("catalogue_entry")


def _tables() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_catalogue_entry")),
    )
    op.create_index(
        op.f("ix_catalogue_entry_service"), "catalogue_entry", ["service"], unique=False
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("substitute_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_absence_days")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_absence_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["account.id"], name=op.f("fk_absence_substitute_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_account_id"), "absence", ["account_id"], unique=False)
    op.create_index(op.f("ix_absence_substitute_id"), "absence", ["substitute_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_by_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by_id"], ["account.id"], name=op.f("fk_assignment_assigned_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_assignment_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_account_id"), "assignment", ["account_id"], unique=False)
    op.create_index(op.f("ix_assignment_dossier_id"), "assignment", ["dossier_id"], unique=False)
    op.create_index(
        "uq_assignment_present",
        "assignment",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.create_table(
        "counter_confirmation",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("clerk_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["clerk_id"], ["account.id"], name=op.f("fk_counter_confirmation_clerk_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_counter_confirmation_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_counter_confirmation")),
    )
    op.create_table(
        "dossier_standing",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column(
            "awaited", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_rule_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_standing_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_standing")),
    )
    op.create_index(
        "ix_dossier_standing_awaited",
        "dossier_standing",
        ["awaited"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_dossier_standing_due_at", "dossier_standing", ["due_at"], unique=False)
    op.create_index(
        op.f("ix_dossier_standing_next_rule_at"), "dossier_standing", ["next_rule_at"], unique=False
    )
    op.create_index(op.f("ix_dossier_standing_state"), "dossier_standing", ["state"], unique=False)
    op.create_table(
        "message_reading",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_reading_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_message_reading_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", "account_id", name=op.f("pk_message_reading")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_notification_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(
        op.f("ix_notification_account_id"), "notification", ["account_id"], unique=False
    )
    op.create_index(
        "ix_notification_unsent",
        "notification",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "presence",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_presence_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_presence_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", "account_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.Text(), server_default="applicant", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("audience IN ('applicant', 'office')", name=op.f("ck_message_audience")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_message_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_message_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_dossier_id"), "message", ["dossier_id"], unique=False)


def _columns() -> None:
    op.add_column("account", sa.Column("notices", sa.Text(), server_default="each", nullable=False))
    op.add_column("document", sa.Column("piece", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column("document", sa.Column("scan", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("document", sa.Column("verdict", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("verdict_reason", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("verdict_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_document_account_id_account"), "document", "account", ["account_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_document_verdict_by_id_account"), "document", "account", ["verdict_by_id"], ["id"]
    )
    op.add_column("dossier", sa.Column("catalogue_sha256", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column("dossier", sa.Column("clerk_id", sa.BigInteger(), nullable=True))
    op.add_column("dossier", sa.Column("title_id", sa.BigInteger(), nullable=True))
    op.add_column("dossier", sa.Column("follow_up_code", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("office", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("sector", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("language", sa.Text(), server_default="fr", nullable=False))
    op.add_column(
        "dossier", sa.Column("perimeter", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "dossier",
        sa.Column("edition", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "dossier",
        sa.Column(
            "is_demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.create_index(op.f("ix_dossier_account_id"), "dossier", ["account_id"], unique=False)
    op.create_index(op.f("ix_dossier_title_id"), "dossier", ["title_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_dossier_clerk_id_account"), "dossier", "account", ["clerk_id"], ["id"]
    )
    op.create_foreign_key("fk_dossier_title_id_title", "dossier", "title", ["title_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_dossier_account_id_account"), "dossier", "account", ["account_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_dossier_catalogue_sha256_catalogue_entry"),
        "dossier",
        "catalogue_entry",
        ["catalogue_sha256"],
        ["sha256"],
    )
