"""Hold the database's guards against what the migrations say: nothing off, nothing more."""

from __future__ import annotations

import re

from sqlalchemy import Constraint, PrimaryKeyConstraint
from sqlalchemy.orm import Session

from cadastre.config import APP_ROLE
from cadastre.database import MIGRATIONS, migration_files
from cadastre.models import Base, GroundCell
from cadastre.models.past import REMEMBERED
from cadastre.queries import guards as stored
from cadastre.queries.soundness import owned_by, schema_revision, unvalidated_constraints
from cadastre.services.verification.proof import Proof, Said, listed, told

FUNCTION = re.compile(
    r"^CREATE (?:OR REPLACE )?FUNCTION\s+(?:\w+\.)?(\w+)\s*\(.*?(?:^\$\$;|^RETURN\b[^;]*;)",
    re.MULTILINE | re.DOTALL,
)
SQL_FILE = re.compile(r"""["'](\w+\.sql)["']""")
APPEND_ONLY = (
    "journal_entry", "log_leaf", "log_node", "log_head", "log_key", "payment_event", "payment_part",
)  # fmt: skip
ALWAYS = "A"


def schema(session: Session) -> Proof:
    """Compare the revision of the schema with the newest migration."""
    expected = migration_files()[-1].name.partition("_")[0]
    found = schema_revision(session)
    return Proof("verify.schema", found == expected, {"found": found, "expected": expected})


def functions(session: Session) -> Proof:
    """Compare every function with the text of its file, as the database itself writes both."""
    due = stored.as_the_database_writes(session, list(expected_functions().values()))
    found = stored.function_definitions(session)
    wrong = [
        Said("verify.function-missing" if name not in found else "verify.function-differs",
             {"name": name})
        for name, definition in sorted(due.items())
        if found.get(name) != definition
    ]  # fmt: skip
    unknown = sorted(found.keys() - due)
    wrong += [Said("verify.function-unknown", {"name": name}) for name in unknown]
    return told("verify.functions", wrong)


def expected_functions() -> dict[str, str]:
    """Give the statement that makes each function, the latest where migrations replace one."""
    named = [
        name
        for migration in migration_files()
        for name in SQL_FILE.findall(migration.read_text("utf-8"))
    ]
    statements: dict[str, str] = {}
    # Once each: a file named again only serves to take a later migration back.
    for name in dict.fromkeys(named):
        content = (MIGRATIONS / "sql" / name).read_text("utf-8")
        statements |= {found[1]: found[0] for found in FUNCTION.finditer(content)}
    return statements


def triggers(session: Session) -> Proof:
    """Require every trigger we rely on, and that none can be skipped by a session's setting."""
    found = stored.triggers(session)
    wrong = [
        Said("verify.trigger-missing", {"table": table, "name": name})
        for table, name in sorted(required_triggers() - found.keys())
    ]
    wrong += [
        Said("verify.trigger-not-always", {"table": table, "name": name})
        for (table, name), state in sorted(found.items())
        if state != ALWAYS
    ]
    wrong += [
        Said("verify.references-off", {"table": table})
        for table in stored.disabled_references(session)
    ]
    return told("verify.guard", wrong)


def required_triggers() -> set[tuple[str, str]]:
    """Name the triggers without which the register promises nothing."""
    required = {("occupation", "guard_occupation"), ("occupation", "guard_standing")}
    required |= {("certificate", "certificate_ends_once"), ("certificate", "certificate_stays")}
    required |= {("occupation", f"cells_{act}") for act in ("guard", "release", "take")}
    required |= {(table, "cells_follow") for table in ("parcel", "title", "application")}
    required |= {(model.__tablename__, "keep_past") for model in REMEMBERED}
    return required | {(table, "append_only") for table in APPEND_ONLY}


def constraints(session: Session) -> Proof:
    """List constraints that are missing, switched off or never proved on the rows there are."""
    due = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is not None and not _is_keyless(constraint)
    }
    missing = sorted(due - stored.constraint_names(session))
    return listed("verify.constraints", [*unvalidated_constraints(session), *missing])


def _is_keyless(constraint: Constraint) -> bool:
    """Tell the tables SQLAlchemy gives a key that the database does not know under that name."""
    if not isinstance(constraint, PrimaryKeyConstraint):
        return False
    return not constraint.columns or constraint.table.name == GroundCell.__tablename__


def role(session: Session) -> Proof:
    """List what the application's role owns, and powers that would lift it over the guards."""
    powers = stored.role_powers(session, APP_ROLE)
    return listed("verify.role", [*owned_by(session, APP_ROLE), *powers])


def privileges(session: Session, expected: frozenset[tuple[str, str]]) -> Proof:
    """Compare what the application's role may do with the list of what it may do."""
    found = set(stored.privileges(session, APP_ROLE))
    wrong = [
        Said("verify.privilege-more", {"privilege": privilege, "place": place})
        for privilege, place in sorted(found - expected)
    ]
    wrong += [
        Said("verify.privilege-less", {"privilege": privilege, "place": place})
        for privilege, place in sorted(expected - found)
    ]
    return told("verify.privileges", wrong)
