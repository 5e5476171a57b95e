"""What was kept long enough is deleted and counted; what proves a right cannot be named."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import UnusableInput
from cadastre.models import ActEntry, ActRead, JournalEntry, SignInFailure, StoredFile
from cadastre.models.classification import TABLES
from cadastre.rules.governance import load_governance
from cadastre.services.retention import ACTION, enforce, table_of
from tests.services.money.conftest import make_account

RULES = load_governance(ROOT / "data")


def test_what_is_past_its_days_goes_and_is_counted(session: Session) -> None:
    now = session.scalar(select(func.now()))
    for days in (1, 29, 31, 400):
        session.add(SignInFailure(name_hash="x", recorded_at=now - dt.timedelta(days=days)))
    account = make_account(session, "agente", "agent")
    session.add(StoredFile(sha256="0" * 64, size=1, content=b"x"))
    session.flush()
    for state in ("abandoned", "entered"):
        act = ActRead(
            account_id=account.id, filename="a.pdf", media_type="application/pdf",
            sha256="0" * 64, state=state,
        )  # fmt: skip
        session.add(act)
        session.flush()
        session.add(
            ActEntry(
                act_read_id=act.id, account_id=account.id, fields={}, corners="", crs="EPSG:4326",
                recorded_at=now - dt.timedelta(days=2000),
            )
        )  # fmt: skip
    session.flush()
    gone = enforce(session, RULES)
    assert (gone["sign-in-failures"], gone["abandoned-acts"]) == (2, 1)
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 2
    (entry,) = session.scalars(select(JournalEntry).where(JournalEntry.action == ACTION))
    assert entry.by_rule
    assert entry.facts["rows"] == {"sign-in-failures": 2, "abandoned-acts": 1}
    assert not any(enforce(session, RULES).values())  # and a day with nothing writes nothing
    written = select(func.count()).where(JournalEntry.action == ACTION)
    assert session.scalar(written) == 1


@pytest.mark.parametrize("table", ["title", "journal_entry", "payment", "party", "no_such_table"])
def test_a_rule_cannot_delete_what_proves_a_right(table: str) -> None:
    rule = replace(RULES.retention[0], table=table)
    with pytest.raises(UnusableInput) as refused:
        table_of(rule)
    assert refused.value.code == "governance.not-deletable"


def test_the_register_of_processing_names_tables_of_ours(tmp_path: Path) -> None:
    named = {table for one in RULES.processing for table in one.tables}
    assert named <= set(TABLES)
    assert all(table_of(rule) is not None for rule in RULES.retention)
    with pytest.raises(UnusableInput):
        load_governance(tmp_path)
