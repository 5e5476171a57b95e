"""Overlaps that someone must end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "overlap_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("left_parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("right_parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("right_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("right_work_id", sa.BigInteger(), nullable=True),
        sa.Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("share_of_left", sa.Double(), nullable=False),
        sa.Column("share_of_right", sa.Double(), nullable=True),
        sa.Column("mean_width_m", sa.Double(), nullable=False),
        sa.Column("is_technical", sa.Boolean(), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_by", sa.Text(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "left_parcel_id <> right_parcel_id", name=op.f("ck_overlap_case_distinct")
        ),
        sa.CheckConstraint(
            "num_nonnulls(right_parcel_id, right_zone_id, right_work_id) = 1",
            name=op.f("ck_overlap_case_right"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_overlap_case_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["left_parcel_id"], ["parcel.id"], name=op.f("fk_overlap_case_left_parcel_id_parcel")
        ),
        sa.ForeignKeyConstraint(
            ["right_parcel_id"], ["parcel.id"], name=op.f("fk_overlap_case_right_parcel_id_parcel")
        ),
        sa.ForeignKeyConstraint(
            ["right_work_id"], ["work.id"], name=op.f("fk_overlap_case_right_work_id_work")
        ),
        sa.ForeignKeyConstraint(
            ["right_zone_id"], ["zone.id"], name=op.f("fk_overlap_case_right_zone_id_zone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap_case")),
        sa.UniqueConstraint("number", name=op.f("uq_overlap_case_number")),
    )
    op.create_index(
        op.f("ix_overlap_case_dossier_id"), "overlap_case", ["dossier_id"], unique=False
    )
    op.create_index(
        "ix_overlap_case_geom", "overlap_case", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index(op.f("ix_overlap_case_kind"), "overlap_case", ["kind"], unique=False)
    op.create_index(
        op.f("ix_overlap_case_left_parcel_id"), "overlap_case", ["left_parcel_id"], unique=False
    )
    op.create_index(
        op.f("ix_overlap_case_right_parcel_id"), "overlap_case", ["right_parcel_id"], unique=False
    )
    op.create_index(
        op.f("ix_overlap_case_right_work_id"), "overlap_case", ["right_work_id"], unique=False
    )
    op.create_index(
        op.f("ix_overlap_case_right_zone_id"), "overlap_case", ["right_zone_id"], unique=False
    )
    op.create_index(
        "uq_overlap_case_open",
        "overlap_case",
        [
            "left_parcel_id",
            sa.literal_column("coalesce(right_parcel_id, 0)"),
            sa.literal_column("coalesce(right_zone_id, 0)"),
            sa.literal_column("coalesce(right_work_id, 0)"),
        ],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(
        "uq_overlap_case_open",
        table_name="overlap_case",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_overlap_case_right_zone_id"), table_name="overlap_case")
    op.drop_index(op.f("ix_overlap_case_right_work_id"), table_name="overlap_case")
    op.drop_index(op.f("ix_overlap_case_right_parcel_id"), table_name="overlap_case")
    op.drop_index(op.f("ix_overlap_case_left_parcel_id"), table_name="overlap_case")
    op.drop_index(op.f("ix_overlap_case_kind"), table_name="overlap_case")
    op.drop_index("ix_overlap_case_geom", table_name="overlap_case", postgresql_using="gist")
    op.drop_index(op.f("ix_overlap_case_dossier_id"), table_name="overlap_case")
    op.drop_table("overlap_case")
