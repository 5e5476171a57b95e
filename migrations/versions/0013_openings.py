"""Fair openings of freed ground."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "opening",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title_id", sa.BigInteger(), nullable=True),
        sa.Column("exclusivity_group", sa.Text(), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("seed_source", sa.Text(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_opening_window")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_opening_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("number", name=op.f("uq_opening_number")),
    )
    op.create_index("ix_opening_geom", "opening", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_opening_title_id"), "opening", ["title_id"], unique=False)
    op.create_table(
        "sealed_filing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("opening_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sealed_filing_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_sealed_filing_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_sealed_filing_opening_id_opening")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_sealed_filing_party_id_party")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_filing")),
        sa.UniqueConstraint(
            "opening_id", "party_id", name=op.f("uq_sealed_filing_opening_id_party_id")
        ),
    )
    op.create_index(
        op.f("ix_sealed_filing_account_id"), "sealed_filing", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_sealed_filing_application_id"), "sealed_filing", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_sealed_filing_party_id"), "sealed_filing", ["party_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_sealed_filing_party_id"), table_name="sealed_filing")
    op.drop_index(op.f("ix_sealed_filing_application_id"), table_name="sealed_filing")
    op.drop_index(op.f("ix_sealed_filing_account_id"), table_name="sealed_filing")
    op.drop_table("sealed_filing")
    op.drop_index(op.f("ix_opening_title_id"), table_name="opening")
    op.drop_index("ix_opening_geom", table_name="opening", postgresql_using="gist")
    op.drop_table("opening")
