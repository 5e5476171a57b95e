"""Revoke a paper from the command line; whoever checks it reads when and why."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.models import Account, Certificate, JournalEntry, StoredFile

CODE, REASON = "7K4M-Q2XN-9RTC-B5HW", "Issued on the wrong perimeter"


@pytest.fixture
def paper(register: str) -> str:
    with Session(create_engine(register)) as session, session.begin():
        for who, role in (("decider", "decider"), ("agent", "agent")):
            session.add(Account(email=f"{who}@essai.test", display_name=who, roles=[role]))
        session.add(StoredFile(sha256="0" * 64, size=1, content=b"x"))
        session.flush()
        session.add(
            Certificate(
                code=CODE, kind="payment", number="OP-1", language="fr", version="v",
                sha256="0" * 64, signer_sha256="1" * 64, facts={"fr": [], "en": []},
                issued_at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
            )
        )  # fmt: skip
    return register


def test_a_paper_is_revoked_in_the_name_of_a_decision_maker(run, paper):
    told = ("certificate", "revoke", CODE, "--reason", REASON, "--yes", "--by")
    assert run(*told, "agent@essai.test").code == 3
    assert run("certificate", "show", CODE).json["state"] == "valid"
    done = run(*told, "decider@essai.test")
    assert done.code == 0
    assert "revoked it on" in done.err
    assert REASON in done.err
    assert run("certificate", "show", CODE.lower()).json["state"] == "revoked"
    assert run(*told, "decider@essai.test").code == 1
    with Session(create_engine(paper)) as session:
        entry = session.query(JournalEntry).filter_by(action="certificate.revoke").one()
        assert entry.reason == REASON
