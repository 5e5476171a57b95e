"""Sum up every table, so that a copy can be held against its original row for row."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cadastre.services.backup.manifest import TableFacts

# What migrating writes into an empty register: its revision, grids of the law, readers of events.
NO_REGISTER = ("alembic_version", "event_reader", "grid", "grid_kind")
# A row's text depends on these; fixed, the same row is the same text on every server.
MANNERS = (
    "SET LOCAL timezone = 'UTC'", "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'iso_8601'", "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'", "SET LOCAL search_path = public",
)  # fmt: skip
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""
SUM = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)
FROM {table} AS t
"""


def tables_of(connection: Connection) -> list[str]:
    """List the register's own tables."""
    return [row[0] for row in connection.execute(text(TABLES))]


def sum_up(connection: Connection) -> dict[str, TableFacts]:
    """Count the rows of every table and sum their hashes."""
    for manner in MANNERS:
        connection.execute(text(manner))
    quote = connection.dialect.identifier_preparer.quote
    found = {}
    for table in tables_of(connection):
        rows, digest = connection.execute(text(SUM.format(table=quote(table)))).one()
        found[table] = TableFacts(rows, f"{int(digest):x}")
    return found


def has_rows(connection: Connection) -> str | None:
    """Name a table that holds rows; None when the register is empty or not there."""
    quote = connection.dialect.identifier_preparer.quote
    for table in tables_of(connection):
        if table in NO_REGISTER:
            continue
        if connection.execute(text(f"SELECT EXISTS (SELECT FROM {quote(table)})")).scalar():
            return table
    return None


def different_tables(
    expected: dict[str, TableFacts], found: dict[str, TableFacts]
) -> list[str]:
    """Name the tables whose rows are not those that were copied."""
    return sorted(name for name in expected | found if expected.get(name) != found.get(name))
