"""Rights over ground and requests for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "application",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("substances", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("exclusivity_group", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("ruleset_version", sa.Text(), nullable=False),
        sa.Column("applicant_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "filed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "rank",
            sa.BigInteger(),
            server_default=sa.text("nextval('application_rank_seq')"),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("follow_up_code", sa.Text(), nullable=False),
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "is_demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_application_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["party.id"], name=op.f("fk_application_applicant_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_application_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
        sa.UniqueConstraint("rank", name=op.f("uq_application_rank")),
    )
    op.create_index(op.f("ix_application_account_id"), "application", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_application_applicant_id"), "application", ["applicant_id"], unique=False
    )
    op.create_index(op.f("ix_application_dossier_id"), "application", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_application_kind"), "application", ["kind"], unique=False)
    op.create_index(
        "ix_application_number_name_search",
        "application",
        [sa.literal_column("searchable(number || ' ' || coalesce(name, '')) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_application_substances",
        "application",
        ["substances"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "title",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("substances", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("exclusivity_group", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("suspended_from", sa.Date(), nullable=True),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("published_area_m2", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "doubts", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("dossier_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "is_demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("ended_on >= starts_on", name=op.f("ck_title_end")),
        sa.CheckConstraint("expires_on > starts_on", name=op.f("ck_title_term")),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_title_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title")),
        sa.UniqueConstraint("number", name=op.f("uq_title_number")),
    )
    op.create_index(op.f("ix_title_dossier_id"), "title", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_title_kind"), "title", ["kind"], unique=False)
    op.create_index(
        "ix_title_number_name_search",
        "title",
        [sa.literal_column("searchable(number || ' ' || coalesce(name, '')) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_title_substances", "title", ["substances"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), server_default="holder", nullable=False),
        sa.Column("numerator", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("denominator", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "numerator > 0 AND numerator <= denominator", name=op.f("ck_share_fraction")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_share_party_id_party")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_share_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_party_id"), "share", ["party_id"], unique=False)
    op.create_index(op.f("ix_share_title_id"), "share", ["title_id"], unique=False)
    op.create_table(
        "title_relation",
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_title_relation_distinct")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["title.id"], name=op.f("fk_title_relation_child_id_title")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["title.id"], name=op.f("fk_title_relation_parent_id_title")
        ),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name=op.f("pk_title_relation")),
    )
    op.create_index(
        op.f("ix_title_relation_child_id"), "title_relation", ["child_id"], unique=False
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("application")
    op.drop_table("title_relation")
    op.drop_table("share")
    op.drop_table("title")
