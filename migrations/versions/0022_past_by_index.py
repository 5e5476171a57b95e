"""Let the register of a past instant be read by its indexes, as fast as the present one.

PostgreSQL joins through a UNION ALL by index only where its branches carry no condition of their
own: the conditions now stand around the union. Page 50 of a list took 179 ms, and takes 1.3.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

REMEMBERED = (
    "title", "share", "title_relation", "charge", "application", "parcel", "occupation", "zone",
    "work",
)  # fmt: skip
LOOKED_UP = (
    ("title", "number"), ("application", "number"), ("share", "title_id"), ("parcel", "title_id"),
    ("parcel", "application_id"), ("occupation", "parcel_id"), ("zone", "code"), ("work", "code"),
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    for table in REMEMBERED:
        op.execute(view_of(table))
    for table, column in LOOKED_UP:
        op.create_index(f"ix_{table}_past_{column}", f"{table}_past", [column])


def downgrade() -> None:
    """Take back."""
    for table, column in LOOKED_UP:
        op.drop_index(f"ix_{table}_past_{column}", f"{table}_past")
    for table in REMEMBERED:
        op.execute(former_view_of(table))


def view_of(table: str) -> str:
    """Write the view of a table: present and superseded versions, then those of the moment."""
    columns = columns_of(table)
    return (
        f"CREATE OR REPLACE VIEW as_known.{table} AS SELECT {columns} FROM ("
        f"SELECT {columns}, timestamptz 'infinity' AS superseded_at FROM public.{table}"
        f" UNION ALL SELECT {columns}, superseded_at FROM public.{table}_past) AS versions"
        " WHERE recorded_at <= as_known.moment() AND superseded_at > as_known.moment()"
    )


def former_view_of(table: str) -> str:
    """Write the view as it was: each branch with its own condition."""
    columns = columns_of(table)
    return (
        f"CREATE OR REPLACE VIEW as_known.{table} AS"
        f" SELECT {columns} FROM public.{table} WHERE recorded_at <= as_known.moment()"
        f" UNION ALL SELECT {columns} FROM public.{table}_past"
        " WHERE recorded_at <= as_known.moment() AND superseded_at > as_known.moment()"
    )


def columns_of(table: str) -> str:
    """List the columns of the view as it stands, in their order."""
    names = op.get_bind().execute(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:view) AND attnum > 0"
            " AND NOT attisdropped ORDER BY attnum"
        ),
        {"view": f"as_known.{table}"},
    )
    return ", ".join(f'"{name}"' for name in names.scalars())
