"""Let an inherited overlap be worked off by the application: end, or shrink, never grow."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "legacy_may_shrink.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    before = (SQL / "guard_occupation.sql").read_text("utf-8")
    found = re.search(r"CREATE FUNCTION guard_standing\(\).*?\n\$\$;", before, re.DOTALL)
    assert found is not None
    op.execute(found[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute("DROP FUNCTION is_less_of_legacy(occupation, occupation)")
