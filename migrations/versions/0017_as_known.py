"""Let every question be asked of the register as it was known at an earlier instant."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import inspect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
REMEMBERED = (
    "title", "share", "title_relation", "charge", "application", "parcel", "occupation", "zone",
    "work",
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    op.execute((SQL / "as_known.sql").read_text("utf-8"))
    for table in REMEMBERED:
        op.execute(view_of(table))
        op.execute(f"GRANT SELECT ON as_known.{table} TO cadastre_app")
    for table in ("parcel", "occupation", "zone", "work"):
        op.create_index(f"ix_{table}_past_geom", f"{table}_past", ["geom"], postgresql_using="gist")


def downgrade() -> None:
    """Take back."""
    for table in ("parcel", "occupation", "zone", "work"):
        op.drop_index(f"ix_{table}_past_geom", f"{table}_past")
    op.execute("DROP SCHEMA as_known CASCADE")


def view_of(table: str) -> str:
    """Write the view of a table: versions known at the moment, present ones and superseded ones."""
    names = [column["name"] for column in inspect(op.get_bind()).get_columns(table)]
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f"CREATE VIEW as_known.{table} AS"
        f" SELECT {columns} FROM public.{table} WHERE recorded_at <= as_known.moment()"
        f" UNION ALL SELECT {columns} FROM public.{table}_past"
        " WHERE recorded_at <= as_known.moment() AND superseded_at > as_known.moment()"
    )
