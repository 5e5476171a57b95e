"""Zones, works, parcels and the occupations that block ground."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('in-force', 'proposed', 'void')", name=op.f("ck_zone_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("code", name=op.f("uq_zone_code")),
    )
    op.create_index("ix_zone_geom", "zone", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_zone_kind"), "zone", ["kind"], unique=False)
    op.create_index(
        "ix_zone_name_search",
        "zone",
        [sa.literal_column("searchable(name) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=True),
        sa.Column("commissioned_on", sa.Date(), nullable=True),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "geom",
            Geometry("GEOMETRY", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'under-construction', 'in-service', 'retired')",
            name=op.f("ck_work_state"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["party.id"], name=op.f("fk_work_operator_id_party")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("code", name=op.f("uq_work_code")),
    )
    op.create_index("ix_work_geom", "work", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_work_kind"), "work", ["kind"], unique=False)
    op.create_index(
        "ix_work_name_search",
        "work",
        [sa.literal_column("searchable(name) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("name IS NOT NULL"),
    )
    op.create_index(op.f("ix_work_operator_id"), "work", ["operator_id"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title_id", sa.BigInteger(), nullable=True),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("original_text", sa.Text(), nullable=False),
        sa.Column("original_crs", sa.Text(), nullable=False),
        sa.Column("transformation", sa.Text(), nullable=True),
        sa.Column("edge_model", sa.Text(), nullable=False),
        sa.Column(
            "corners",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("planar_area_m2", sa.Double(), nullable=False),
        sa.Column("planar_crs", sa.Text(), nullable=False),
        sa.Column("geodesic_area_m2", sa.Double(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("NOT isempty(period)", name=op.f("ck_parcel_period")),
        sa.CheckConstraint(
            "num_nonnulls(title_id, application_id) = 1", name=op.f("ck_parcel_belongs")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_parcel_application_id_application"),
        ),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_parcel_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index(op.f("ix_parcel_application_id"), "parcel", ["application_id"], unique=False)
    op.create_index("ix_parcel_geom", "parcel", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_parcel_title_id"), "parcel", ["title_id"], unique=False)
    op.create_table(
        "occupation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=True),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("occupant", sa.Text(), nullable=False),
        sa.Column("exclusivity_group", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("standing", sa.Text(), server_default="exclusive", nullable=False),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "standing IN ('exclusive', 'second-rank', 'legacy')",
            name=op.f("ck_occupation_standing"),
        ),
        sa.CheckConstraint("NOT isempty(period)", name=op.f("ck_occupation_period")),
        sa.CheckConstraint(
            "num_nonnulls(parcel_id, zone_id) = 1", name=op.f("ck_occupation_belongs")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["parcel.id"], name=op.f("fk_occupation_parcel_id_parcel")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_occupation_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupation")),
    )
    op.create_index(
        op.f("ix_occupation_exclusivity_group"), "occupation", ["exclusivity_group"], unique=False
    )
    op.create_index(
        "ix_occupation_geom", "occupation", ["geom"], unique=False, postgresql_using="gist"
    )
    op.create_index(op.f("ix_occupation_parcel_id"), "occupation", ["parcel_id"], unique=False)
    op.create_index(op.f("ix_occupation_zone_id"), "occupation", ["zone_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("occupation")
    op.drop_table("parcel")
    op.drop_table("work")
    op.drop_table("zone")
