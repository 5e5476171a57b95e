"""Replay what happened to real requests, as published papers tell it, facts only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from cadastre.config import ROOT
from cadastre.errors import Blocked
from cadastre.procedures.machine import StepFact, replay
from tests.procedures.machine.walks import procedures, step

HISTORIES = sorted((Path(__file__).parent / "dossiers").glob("*.yaml"))
CURRENT = "titre-minier"


def noon(day: dt.date, nth: int = 0) -> dt.datetime:
    """Give the instant of the nth step of a day."""
    return dt.datetime.combine(day, dt.time(12, nth), dt.UTC)


def log_of(history: dict[str, Any], procedure: str) -> list[StepFact]:
    """Make the log; a step without a known day is put on the day of the next that has one."""
    told, days = history["steps"], [line["day"] for line in history["steps"]]
    known = [next(day for day in days[n:] if day is not None) for n in range(len(days))]
    taken = [("open", known[0], None)] + [
        (line["step"], day, line.get("by")) for line, day in zip(told, known, strict=True)
    ]
    machine = procedures()[procedure]
    return [step(machine, kind, noon(day, n), role=by) for n, (kind, day, by) in enumerate(taken)]


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_dossier_went_as_papers_tell(path: Path) -> None:
    history = yaml.safe_load(path.read_text("utf-8"))
    procedure = procedures()[history["procedure"]]
    log = log_of(history, history["procedure"])
    for line in history["stands"]:
        standing = replay(procedure, log, now=noon(line["day"], 59))
        assert (standing.state and standing.state.value) == line["state"], line
        assert [awaited.who for awaited in standing.awaits] == line["awaits"], line
        if "stage" in line:
            assert standing.stage == line["stage"], line
        if "spent" in line:
            assert standing.clocks["examination"].spent == line["spent"], line
        if "since" in line:
            assert standing.awaits[0].since.date() == line["since"], line


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_what_could_not_have_happened_is_refused(path: Path) -> None:
    history = yaml.safe_load(path.read_text("utf-8"))
    procedure = procedures()[history["procedure"]]
    log = log_of(history, history["procedure"])
    for line in history.get("refused", ()):
        extra = step(procedure, line["step"], noon(line["day"]), role=line.get("by"))
        before = [fact for fact in log if fact.at <= extra.at]
        with pytest.raises(Blocked) as refused:
            replay(procedure, [*before, extra], now=extra.at)
        assert refused.value.code == line["code"], line


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_the_same_facts_would_not_make_a_title_today(path: Path) -> None:
    """An order nobody proposed, with no opinion and no second person, has no way through."""
    history = yaml.safe_load(path.read_text("utf-8"))
    today = procedures()[CURRENT]
    last = history["steps"][-1]["day"]
    log = [
        step(today, "open", noon(last)),
        step(today, "lodge", noon(last, 1)),
        step(today, "sign-act", noon(last, 2)),
    ]
    with pytest.raises(Blocked, match=r"procedures\.not-from-here"):
        replay(today, log, now=noon(last, 3))


def test_the_old_practice_is_no_back_door() -> None:
    """No service leads to it, and none of its steps reaches the register."""
    services = (ROOT / "data" / "services").rglob("*.yaml")
    assert not any("procedure: ancienne-pratique" in path.read_text("utf-8") for path in services)
    assert not any(rule.effect for rule in procedures()["ancienne-pratique"].steps.values())
