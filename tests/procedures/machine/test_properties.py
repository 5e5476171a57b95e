"""What holds on every course, whoever does what and however long they wait."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from cadastre.errors import Blocked
from cadastre.procedures.machine import (
    Procedure,
    Standing,
    StepFact,
    automatic_due,
    ensure_possible,
    possible,
    replay,
)
from tests.procedures.machine.walks import (
    NOTHING_LACKS,
    ROLES,
    START,
    account,
    body_for,
    given,
    numbered,
    procedures,
    step,
)

# (which of the possible steps, hours waited before it): often days, at times up to 50 of them
HOURS = st.one_of(st.integers(1, 60), st.integers(1, 60), st.integers(1, 1200))
CHOICES = st.lists(st.tuples(st.integers(0, 999), HOURS), max_size=24)
RARE = {"withdraw", "propose-refusal", "pay", "suspend"}
NAMES = st.sampled_from(sorted(procedures()))


def offered(procedure: Procedure, standing: Standing, at: dt.datetime) -> list[StepFact]:
    """Give every step somebody may take, with all that it needs."""
    return [
        step(
            procedure, found.kind, at, role=role,
            **given(found.kind, body_for(procedure, standing, found.kind)),
        )
        for role in ROLES
        for found in possible(
            procedure, standing, NOTHING_LACKS, role=role, account_id=account(role)
        )
        if found.is_possible and found.kind != "correct"
    ]  # fmt: skip


def wander(
    procedure: Procedure, choices: list[tuple[int, int]]
) -> tuple[list[StepFact], dt.datetime]:
    """Take legal steps at random; nobody writes down what the clock decides."""
    log: list[StepFact] = []
    at = START
    for which, hours in choices:
        at += dt.timedelta(hours=hours)
        steps = offered(procedure, replay(procedure, log, now=at), at)
        if not steps:
            break
        # What ends, idles or repeats is seldom chosen, so that walks go far.
        lively = [s for s in steps if s.kind not in RARE] or steps
        fresh = [s for s in lively if s.kind not in {taken.kind for taken in log}]
        lively = fresh if fresh and which % 3 else lively
        log.append(numbered((steps if which % 10 == 0 else lively)[which % len(lively)], log))
    return log, at


@drawn(NAMES, CHOICES)
def test_a_course_ends_or_somebody_is_awaited(name: str, choices: list[tuple[int, int]]) -> None:
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    standing = replay(procedure, log, now=at)
    assert standing.closed or standing.awaits or not log
    assert not (standing.closed and standing.awaits)
    assert standing.stage is None or standing.stage in {stage.id for stage in procedure.stages}


@drawn(NAMES, CHOICES)
def test_nothing_is_possible_once_closed(name: str, choices: list[tuple[int, int]]) -> None:
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    standing = replay(procedure, log, now=at)
    if not standing.closed:
        return
    for role in ROLES:
        assert possible(procedure, standing, NOTHING_LACKS, role=role) == ()
    # What the clock decided may still be written down.
    for kind in (rule.kind for rule in procedure.steps.values() if not rule.automatic):
        with pytest.raises(Blocked) as refused:
            replay(procedure, [*log, step(procedure, kind, at)], now=at)
        assert refused.value.code in ("procedures.is-closed", "procedures.needs-corrects")


@drawn(NAMES, CHOICES, st.randoms())
def test_replay_depends_on_nothing_but_the_steps(name: str, choices, chance) -> None:
    """Twice the same; in any order of recording; and a prefix is the past."""
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    standing = replay(procedure, log, now=at)
    shuffled = list(log)
    chance.shuffle(shuffled)
    assert replay(procedure, shuffled, now=at) == standing
    for cut in range(len(log) + 1):
        then = log[cut - 1].at if cut else START
        assert replay(procedure, log[:cut], now=then) == replay(procedure, log, now=then)


@drawn(NAMES, CHOICES)
def test_a_dossier_keeps_its_procedure(name: str, choices: list[tuple[int, int]]) -> None:
    """The snapshot replays to the same standing as the files it was taken from."""
    procedure = procedures()[name]
    kept = Procedure.from_json(json.loads(json.dumps(procedure.as_json())))
    assert kept == procedure
    log, at = wander(procedure, choices)
    assert replay(kept, log, now=at) == replay(procedure, log, now=at)


@drawn(NAMES, CHOICES)
def test_writing_down_what_the_clock_decided_changes_nothing(name: str, choices) -> None:
    """Early, late or never written: the same state, stage, clocks and people awaited."""
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    later = at + dt.timedelta(days=400)
    silent = replay(procedure, log, now=later)
    written = [*log, *automatic_due(procedure, replay(procedure, log, now=at), later)]
    noted = replay(procedure, written, now=later)
    assert noted.unwritten == ()
    for part in ("state", "since", "stage", "awaits", "clocks", "opinions", "steps", "outcome"):
        assert getattr(noted, part) == getattr(silent, part), part
    for due in silent.unwritten:
        ensure_possible(
            procedure, silent, replace(due, at=later), NOTHING_LACKS,
            roles={"system"}, account_id=None,
        )  # fmt: skip


@drawn(NAMES, CHOICES, st.lists(st.integers(0, 90), min_size=2, max_size=5))
def test_clocks_never_run_backwards(name: str, choices, waits: list[int]) -> None:
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    before = replay(procedure, log, now=at)
    for wait in waits:
        at += dt.timedelta(days=wait)
        now = replay(procedure, log, now=at)
        for key, clock in before.clocks.items():
            assert now.clocks[key].spent >= clock.spent >= 0
            assert now.clocks[key].started_on == clock.started_on
            if clock.overdue:
                assert now.clocks[key].overdue
                assert now.clocks[key].due_on == clock.due_on
        before = now


@drawn(NAMES, CHOICES, st.data())
def test_a_log_without_one_of_its_steps_is_refused_or_still_legal(name: str, choices, data) -> None:
    """Leaving a step out never leads to a state that the rest could not have led to."""
    procedure = procedures()[name]
    log, at = wander(procedure, choices)
    if len(log) < 2:
        return
    gone = data.draw(st.integers(0, len(log) - 1))
    rest = log[:gone] + log[gone + 1 :]
    standing = None
    with contextlib.suppress(Blocked):
        standing = replay(procedure, rest, now=at)
    if standing is not None:
        assert [s.id for s in standing.steps if s.id is not None] == [s.id for s in rest]
        return
    with pytest.raises(Blocked, match=r"procedures\.") as refused:
        replay(procedure, rest, now=at)
    assert refused.value.where in procedure.steps
