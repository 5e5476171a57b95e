"""What weighs on a title, and the remnants that keep their rank."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "charge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_charge_term")),
        sa.CheckConstraint("rank > 0", name=op.f("ck_charge_rank")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_charge_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["charge.id"], name=op.f("fk_charge_origin_id_charge")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_charge_party_id_party")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_charge_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    op.create_index(op.f("ix_charge_origin_id"), "charge", ["origin_id"], unique=False)
    op.create_index(op.f("ix_charge_party_id"), "charge", ["party_id"], unique=False)
    op.create_index(op.f("ix_charge_title_id"), "charge", ["title_id"], unique=False)
    op.create_table(
        "remnant_bundle",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("choose_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_parcel_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_remnant_bundle_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["chosen_parcel_id"],
            ["parcel.id"],
            name=op.f("fk_remnant_bundle_chosen_parcel_id_parcel"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remnant_bundle")),
        sa.UniqueConstraint("application_id", name=op.f("uq_remnant_bundle_application_id")),
    )
    op.add_column("parcel", sa.Column("bundle_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_parcel_bundle_id"), "parcel", ["bundle_id"], unique=False)
    op.create_foreign_key(
        "fk_parcel_bundle_id_remnant_bundle",
        "parcel",
        "remnant_bundle",
        ["bundle_id"],
        ["id"],
        use_alter=True,
    )
    op.add_column("step", sa.Column("second_account_id", sa.BigInteger(), nullable=True))
    op.add_column("step", sa.Column("title_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_step_title_id"), "step", ["title_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_step_second_account_id_account"), "step", "account", ["second_account_id"], ["id"]
    )
    op.create_foreign_key(
        "fk_step_title_id_title", "step", "title", ["title_id"], ["id"], use_alter=True
    )


def downgrade() -> None:
    """Take back."""
    op.drop_constraint("fk_step_title_id_title", "step", type_="foreignkey")
    op.drop_constraint(op.f("fk_step_second_account_id_account"), "step", type_="foreignkey")
    op.drop_index(op.f("ix_step_title_id"), table_name="step")
    op.drop_column("step", "title_id")
    op.drop_column("step", "second_account_id")
    op.drop_constraint("fk_parcel_bundle_id_remnant_bundle", "parcel", type_="foreignkey")
    op.drop_index(op.f("ix_parcel_bundle_id"), table_name="parcel")
    op.drop_column("parcel", "bundle_id")
    op.drop_table("remnant_bundle")
    op.drop_index(op.f("ix_charge_title_id"), table_name="charge")
    op.drop_index(op.f("ix_charge_party_id"), table_name="charge")
    op.drop_index(op.f("ix_charge_origin_id"), table_name="charge")
    op.drop_table("charge")
