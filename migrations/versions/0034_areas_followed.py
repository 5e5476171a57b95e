"""Tell whoever follows an area: public events, areas followed, notices, places of readers."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "event_reader",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_event_reader")),
    )
    _events()
    _watches()
    _notices()
    op.execute((SQL / "areas_followed.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    for table in ("area_notice", "area_watch", "public_event", "event_reader"):
        op.drop_table(table)


def _events() -> None:
    op.create_table(
        "public_event",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column(
            "party_ids", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("objections_until", sa.Date(), nullable=True),
        sa.Column("geom", Geometry(srid=4326, spatial_index=False), nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "what IN ('filing', 'objections', 'decision', 'change', 'opening', 'work')",
            name=op.f("ck_public_event_what"),
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_public_event")),
    )
    op.create_index("ix_public_event_geom", "public_event", ["geom"], postgresql_using="gist")
    op.create_index("ix_public_event_subject", "public_event", ["collection", "number"])
    op.create_index(
        "ix_public_event_party_ids", "public_event", ["party_ids"], postgresql_using="gin"
    )


def _watches() -> None:
    op.create_table(
        "area_watch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="fr", nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("confirm_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=NOW, nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_area_watch_channel")),
        sa.CheckConstraint(
            "scope IN ('zone', 'unit', 'title', 'holder')", name=op.f("ck_area_watch_scope")
        ),
        sa.CheckConstraint(
            "(scope = 'zone') = (geom IS NOT NULL)", name=op.f("ck_area_watch_ground")
        ),
        sa.CheckConstraint(
            "(channel = 'webhook') = (secret IS NOT NULL AND account_id IS NOT NULL)",
            name=op.f("ck_area_watch_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_area_watch_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_watch")),
        sa.UniqueConstraint("key", name=op.f("uq_area_watch_key")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_area_watch_confirm_hash")),
    )
    op.create_index("ix_area_watch_geom", "area_watch", ["geom"], postgresql_using="gist")
    op.create_index("ix_area_watch_address", "area_watch", ["address"])
    op.create_index(op.f("ix_area_watch_account_id"), "area_watch", ["account_id"])


def _notices() -> None:
    op.create_table(
        "area_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("watch_id", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["area_watch.id"], ondelete="CASCADE",
            name=op.f("fk_area_notice_watch_id_area_watch"),
        ),
        sa.ForeignKeyConstraint(
            ["serial"], ["public_event.serial"], ondelete="CASCADE",
            name=op.f("fk_area_notice_serial_public_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_notice")),
        sa.UniqueConstraint("watch_id", "serial", name=op.f("uq_area_notice_watch_id_serial")),
    )  # fmt: skip
    op.create_index(
        "ix_area_notice_unsent", "area_notice", ["due_at"],
        postgresql_where=sa.text("sent_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_area_notice_serial", "area_notice", ["serial"])
