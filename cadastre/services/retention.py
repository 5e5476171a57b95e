"""Delete every day what was kept long enough, as the rules say; leave in the journal how much."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import Base, JournalEntry
from cadastre.models.classification import TABLES
from cadastre.rules.governance import Governance, Retention
from cadastre.rules.permissions.classification import Classification

ACTION = "retention.enforce"
# What proves rights or payments is never deleted by a clock, whatever a file says.
PROOF = frozenset(
    {
        "account", "act_read", "assignment", "certificate", "document", "dossier", "invoice",
        "journal_entry", "log_leaf", "log_node", "log_head", "mandate", "message", "party",
        "payment", "payment_event", "share", "statement_line", "step", "stored_file",
    }
)  # fmt: skip


def enforce(session: Session, governance: Governance) -> dict[str, int]:
    """Delete what is past its days; give how many rows each rule took.

    The session must be the owner's. An entry is written on the days on which something went.

    Raises
    ------
    UnusableInput
        ``governance.not-deletable``: a rule names a table of the register, or no table of ours.
    """
    rules = [(rule, table_of(rule)) for rule in governance.retention]
    gone = {rule.id: _delete(session, rule, table) for rule, table in rules}
    if any(gone.values()):
        session.add(
            JournalEntry(
                action=ACTION, subject="retention", subject_id="governance", by_rule=True,
                facts={"rows": {name: count for name, count in gone.items() if count}},
            )
        )  # fmt: skip
        session.flush()
    return gone


def table_of(rule: Retention) -> Table:
    """Give the table of a rule, refusing those that prove something."""
    table: Any = Base.metadata.tables.get(rule.table)
    is_ours = table is not None and rule.age in table.c
    is_proof = rule.table in PROOF or TABLES.get(rule.table) is Classification.PUBLIC
    if not is_ours or is_proof:
        raise UnusableInput("governance.not-deletable", where=rule.id, table=rule.table)
    found: Table = table
    return found


def _delete(session: Session, rule: Retention, table: Table) -> int:
    old: ColumnElement[bool] = table.c[rule.age] < func.now() - func.make_interval(
        0, 0, 0, rule.days
    )
    if rule.of is not None:
        owner = Base.metadata.tables[rule.of.table]
        wanted = [owner.c[name] == value for name, value in rule.of.where.items()]
        old = old & table.c[rule.of.link].in_(select(owner.c.id).where(*wanted))
    done: Any = session.execute(delete(table).where(old))
    return int(done.rowcount)
