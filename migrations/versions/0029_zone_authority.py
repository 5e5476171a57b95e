"""Name the party that may consent to a right inside a zone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for table in ("zone", "zone_past"):
        op.add_column(table, sa.Column("authority_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_zone_authority_id_party"), "zone", "party", ["authority_id"], ["id"]
    )
    op.create_index(op.f("ix_zone_authority_id"), "zone", ["authority_id"])
    op.execute(view_of([*columns_of("as_known"), "authority_id"]))


def downgrade() -> None:
    """Take back."""
    names = [name for name in columns_of("as_known") if name != "authority_id"]
    op.execute("DROP VIEW as_known.zone")
    for table in ("zone", "zone_past"):
        op.drop_column(table, "authority_id")
    op.execute(view_of(names))
    op.execute("GRANT SELECT ON as_known.zone TO cadastre_app")


def view_of(names: list[str]) -> str:
    """Write the view of the zones known at the moment, as migration 0022 does."""
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f"CREATE OR REPLACE VIEW as_known.zone AS SELECT {columns} FROM ("
        f"SELECT {columns}, timestamptz 'infinity' AS superseded_at FROM public.zone"
        f" UNION ALL SELECT {columns}, superseded_at FROM public.zone_past) AS versions"
        " WHERE recorded_at <= as_known.moment() AND superseded_at > as_known.moment()"
    )


def columns_of(schema: str) -> list[str]:
    """List the columns of the view as it stands, in their order."""
    names = op.get_bind().execute(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:view) AND attnum > 0"
            " AND NOT attisdropped ORDER BY attnum"
        ),
        {"view": f"{schema}.zone"},
    )
    return list(names.scalars())
