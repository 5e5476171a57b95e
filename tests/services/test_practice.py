"""Exercises are marked by what the register holds, and practice alone can be set back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Account, ExportJob, JournalEntry
from cadastre.rules.practice import FULL_MARK, load_exercises
from cadastre.services.practice import (
    attempts,
    begin,
    examine,
    finish,
    order_reset,
    reset_if_ordered,
)
from tests.services.money.conftest import make_account

EXERCISES = load_exercises(ROOT / "data")


def done(session: Session, account: Account, action: str, subject: str) -> None:
    """Leave in the journal what an act of the account leaves."""
    session.add(
        JournalEntry(
            account_id=account.id, action=action, subject=action.partition(".")[0],
            subject_id=subject,
        )
    )  # fmt: skip
    session.flush()


def test_six_overlaps_are_counted_once_each_and_since_the_beginning(session: Session) -> None:
    agent, other = (make_account(session, name, "agent") for name in ("agente", "autre"))
    exercise = EXERCISES["six-overlaps"]
    attempt = begin(session, agent, exercise, " Afi  ")
    assert examine(session, attempt, exercise).mark == 0
    for number in ("C-1", "C-1", "C-1"):
        done(session, agent, "case.proposed", number)
    for number in ("C-7", "C-8", "C-9"):
        done(session, other, "case.proposed", number)  # another's work is not one's own
    assert examine(session, attempt, exercise).mark == 5
    for number in ("C-2", "C-3", "C-4", "C-5"):
        done(session, agent, "case.proposed", number)
    assert examine(session, attempt, exercise).mark == 10
    assert attempt.finished_at is None
    done(session, agent, "case.proposed", "C-6")
    assert examine(session, attempt, exercise).mark == FULL_MARK
    assert attempt.finished_at is not None
    assert [(one.trainee, one.mark) for one in attempts(session)] == [("Afi", FULL_MARK)]


def test_each_exercise_can_be_done(session: Session) -> None:
    """Every check of every exercise holds after what it names, and none before."""
    for exercise in EXERCISES.values():
        account = make_account(session, exercise.id, *exercise.roles)
        attempt = begin(session, account, exercise, "Kofi")
        assert not any(examine(session, attempt, exercise).reached.values())
        for check in exercise.checks:
            for action in check.actions[:1]:
                for number in range(check.count):
                    done(session, account, action, f"{exercise.id}-{number}")
            if check.kind == "exported":
                session.add(
                    ExportJob(
                        key="k", account_id=account.id, clearance=0, wanted={}, state="done",
                        collection="titles", format="gpkg",
                        expires_at=attempt.recorded_at,
                    )
                )  # fmt: skip
                session.flush()
        wanted = FULL_MARK - sum(c.points for c in exercise.checks if c.kind == "filed")
        assert examine(session, attempt, exercise).mark == wanted, exercise.id


def test_what_cannot_be_is_said(session: Session, tmp_path: Path) -> None:
    agent, exercise = make_account(session, "agente", "agent"), EXERCISES["examine"]
    with pytest.raises(UnusableInput):
        begin(session, agent, exercise, "  ")
    with pytest.raises(NotFound):
        finish(session, agent, exercise)
    folder = tmp_path / "practice"
    folder.mkdir()
    (folder / "exercises.yaml").write_text(
        "- {id: x, roles: [agent], start: /, title: {}, told: {}, checks: []}"
    )
    with pytest.raises(UnusableInput):
        load_exercises(tmp_path)


def test_only_practice_is_set_back(session: Session) -> None:
    settings = Settings(
        home=ROOT / "var", data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=None, app_database_url=None, secret_key="tests only",
    )  # fmt: skip
    order_reset(session, make_account(session, "agente", "agent"))
    session.flush()
    for environment in ("demo", "production"):
        assert not reset_if_ordered(session, replace(settings, environment=environment))
