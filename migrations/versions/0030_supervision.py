"""Tell screens what moves: serial numbers for events, linked screens, daily indicators."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE live_event_serial_seq")
    _events()
    _screens()
    _indicators()
    op.execute((SQL / "supervision.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER tell_screens ON outbox_event")
    op.execute("DROP FUNCTION tell_screens()")
    for table in ("indicator_day", "linked_screen", "live_event"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE live_event_serial_seq")


def _events() -> None:
    op.create_table(
        "live_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_event")),
        sa.UniqueConstraint("serial", name=op.f("uq_live_event_serial")),
    )
    op.create_index(
        "ix_live_event_unnumbered", "live_event", ["id"],
        postgresql_where=sa.text("serial IS NULL"),
    )  # fmt: skip


def _screens() -> None:
    op.create_table(
        "linked_screen",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("link_hash", sa.Text(), nullable=False),
        sa.Column("link_expires_at", INSTANT, nullable=False),
        sa.Column("cookie_hash", sa.Text(), nullable=True),
        sa.Column("bound_at", INSTANT, nullable=True),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_linked_screen_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["account.id"], name=op.f("fk_linked_screen_revoked_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_screen")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_linked_screen_link_hash")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_linked_screen_cookie_hash")),
    )


def _indicators() -> None:
    op.create_table(
        "indicator_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("day", "figure", name=op.f("pk_indicator_day")),
    )
