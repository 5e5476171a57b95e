"""Ask the database what it enforces: functions, triggers, constraints, and who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

OURS = "('public', 'as_known')"
# Extensions bring functions and tables of their own, which are theirs to vouch for.
NOT_OF_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"
)
HEAD = re.compile(r"\ACREATE OR REPLACE FUNCTION \S+?\.(?=\w+\()")
NAME = re.compile(r"FUNCTION\s+(?:\w+\.)?(\w+)\s*\(")


def function_definitions(session: Session) -> dict[str, str]:
    """Give every function of ours by its name, written out by the database, without its schema."""
    rows = session.execute(
        text(
            "SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p "
            f"JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN {OURS} "
            f"AND p.prokind = 'f' AND {NOT_OF_EXTENSION.format(oid='p.oid')}"
        )
    )
    return {name: HEAD.sub("", definition) for name, definition in rows}


def as_the_database_writes(session: Session, statements: list[str]) -> dict[str, str]:
    """Make functions under a temporary name, give how the database writes them, leave no trace."""
    written = {}
    for statement in statements:
        found = NAME.search(statement)
        assert found is not None, statement[:60]
        name = found[1]
        trial = NAME.sub(f"FUNCTION pg_temp.{name}(", statement, count=1)
        savepoint = session.begin_nested()
        # Past SQLAlchemy, which would take the text's % and : for places of parameters.
        cursor = session.connection().connection.cursor()
        cursor.execute(trial)
        cursor.close()
        definition = session.scalar(
            text(
                "SELECT pg_get_functiondef(p.oid) FROM pg_proc p "
                "WHERE p.proname = :name AND p.pronamespace = pg_my_temp_schema()"
            ),
            {"name": name},
        )
        savepoint.rollback()
        written[name] = HEAD.sub("", definition or "")
    return written


def triggers(session: Session) -> dict[tuple[str, str], str]:
    """Give our triggers by (table, name) with their state: A is "enabled always"."""
    rows = session.execute(
        text(
            "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE NOT t.tgisinternal AND n.nspname = 'public'"
        )
    )
    return {(table, name): state for table, name, state in rows}


def disabled_references(session: Session) -> list[str]:
    """List tables on which the triggers behind foreign keys were switched off."""
    rows = session.scalars(
        text(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgisinternal "
            "AND t.tgenabled NOT IN ('O', 'A') AND n.nspname = 'public' ORDER BY 1"
        )
    )
    return list(rows)


def constraint_names(session: Session) -> set[str]:
    """Give the names of all constraints of our tables."""
    rows = session.scalars(
        text(
            "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
            "AND conrelid <> 0"
        )
    )
    return set(rows)


def role_powers(session: Session, role: str) -> list[str]:
    """List what would let a role step over every guard: attributes, memberships, making objects."""
    rows = session.execute(
        text(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).one()
    attributes = ("SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS")
    found = [name for name, has in zip(attributes, rows, strict=True) if has]
    found += session.scalars(
        text(
            "SELECT 'member of ' || g.rolname FROM pg_auth_members m "
            "JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member "
            "WHERE r.rolname = :role ORDER BY 1"
        ),
        {"role": role},
    )
    found += session.scalars(
        text(
            "SELECT 'CREATE in ' || nspname FROM pg_namespace "
            f"WHERE nspname IN {OURS} AND has_schema_privilege(:role, oid, 'CREATE')"
        ),
        {"role": role},
    )
    return found


def privileges(session: Session, role: str) -> Iterator[tuple[str, str]]:
    """Give what a role, or everybody, may do: (privilege, table or table.column), sorted."""
    rows = session.execute(
        text(
            "SELECT a.privilege_type, c.relname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p') "
            "AND a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = :role)) "
            f"AND {NOT_OF_EXTENSION.format(oid='c.oid')} "
            "UNION SELECT a.privilege_type, c.relname || '.' || t.attname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a "
            "WHERE n.nspname = 'public' "
            "AND a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = :role)) "
            f"AND {NOT_OF_EXTENSION.format(oid='c.oid')} ORDER BY 1, 2"
        ),
        {"role": role},
    )
    yield from ((privilege, place) for privilege, place in rows)


def tables(session: Session) -> set[str]:
    """Give the names of our tables."""
    return set(
        session.scalars(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') "
                f"AND {NOT_OF_EXTENSION.format(oid='c.oid')}"
            )
        )
    )
