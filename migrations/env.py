"""Run migrations one by one, each in its transaction, never locking readers out for long."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from cadastre.models import Base

# A migration that cannot have its lock in two seconds fails and is tried again at a quieter hour.
LOCK_TIMEOUT = "2s"


def include_object(item, name, kind, reflected, compare_to):  # type: ignore[no-untyped-def]
    """Leave PostGIS's own tables out of comparisons."""
    return not (kind == "table" and reflected and name == "spatial_ref_sys")


def run() -> None:
    """Connect to the address handed over by :mod:`cadastre.database` and migrate."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
