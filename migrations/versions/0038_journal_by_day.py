"""Read the journal by day: the auditor looks at days, and nobody waits for the whole of it."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_journal_entry_recorded_at", "journal_entry", ["recorded_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_journal_entry_recorded_at", "journal_entry")
