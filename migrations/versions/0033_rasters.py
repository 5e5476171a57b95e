"""Rasters: what was registered, and what each ground holds of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "raster",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("legend", JSONB, nullable=False),
        sa.Column("about", JSONB, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column(
            "is_demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "measure IN ('values', 'counts', 'classes', 'image')", name=op.f("ck_raster_measure")
        ),
        sa.CheckConstraint(
            "classification IN ('public', 'internal')", name=op.f("ck_raster_classification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raster")),
    )
    op.create_index(
        "uq_raster_key_in_use", "raster", ["key"], unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "raster_reading",
        sa.Column("raster_id", sa.BigInteger(), nullable=False),
        sa.Column("ground_sha256", sa.Text(), nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["raster_id"], ["raster.id"], name=op.f("fk_raster_reading_raster_id_raster")
        ),
        sa.PrimaryKeyConstraint("raster_id", "ground_sha256", name=op.f("pk_raster_reading")),
    )
    # Rasters are registered by whoever keeps the server; figures are worked out by the keeper.
    op.execute("GRANT SELECT ON raster, raster_reading TO cadastre_app")


def downgrade() -> None:
    """Take back."""
    op.drop_table("raster_reading")
    op.drop_table("raster")
