"""Every state × step × role of every procedure, forbidden cells included.

The tables of ``tests/cases/procedures`` are read by people: a change of a procedure that opens a
door, or shuts one, turns its cell red.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import yaml

from cadastre.errors import Blocked, NotAllowed
from cadastre.procedures.machine import Procedure, State, possible
from cadastre.sentences import say
from tests.procedures.machine.matrix import CASES, cell, read_grid
from tests.procedures.machine.walks import NOTHING_LACKS, ROLES, account, after, procedures


@cache
def case(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    return content


SITUATIONS = [(name, situation) for name in procedures() for situation in case(name)["situations"]]


def test_every_procedure_has_its_table() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == set(procedures())


@pytest.mark.parametrize("name", procedures())
def test_a_table_meets_every_state_and_every_step(name: str) -> None:
    procedure, told = procedures()[name], case(name)
    reached = {after(procedure, words)[0].state for words in told["situations"].values()}
    leads_to = {State.DRAFT} | {
        State(state)
        for rule in procedure.steps.values()
        for state in (rule.to.values() if isinstance(rule.to, dict) else [rule.to])
        if state not in (None, "back")
    }
    assert leads_to <= reached
    assert {kind for kind, _ in read_grid(told["grid"])} == set(procedure.steps)


@pytest.mark.parametrize(("name", "situation"), SITUATIONS)
def test_only_these_may_take_these_steps(name: str, situation: str) -> None:
    procedure, told = procedures()[name], case(name)
    standing, now = after(procedure, told["situations"][situation])
    expected = read_grid(told["grid"])
    for kind in procedure.steps:
        for role in ROLES:
            refusal = cell(procedure, standing, now, kind, role)
            may = role in expected[kind, situation]
            assert (refusal is None) == may, (kind, role, str(refusal))
            if refusal is not None:
                assert isinstance(
                    refusal, Blocked if role in procedure.step(kind).by else NotAllowed
                )
                assert "{" not in say(refusal.code, "en", **refusal.values), refusal.code


@pytest.mark.parametrize(("name", "situation"), SITUATIONS)
def test_what_is_offered_is_what_may_be_done(name: str, situation: str) -> None:
    """The buttons of a page and the refusals of the API come from one reading."""
    procedure, told = procedures()[name], case(name)
    standing, now = after(procedure, told["situations"][situation])
    for role in ROLES:
        offered = possible(procedure, standing, NOTHING_LACKS, role=role, account_id=account(role))
        for found in offered:
            # What a correction may answer depends on the step it names.
            if found.kind != "correct":
                refused = cell(procedure, standing, now, found.kind, role) is not None
                assert refused == (not found.is_possible), (found.kind, role)
        kinds = {found.kind for found in offered if found.is_possible}
        may = {kind for (kind, s), roles in read_grid(told["grid"]).items()
               if s == situation and role in roles}  # fmt: skip
        assert may - kinds == set(), role


def open_a_door(content: dict[str, Any], door: str) -> None:
    """Change a procedure as a careless hand would."""
    steps = content["steps"]
    if door == "role":
        steps["issue"]["by"].append("applicant")
    elif door == "state":
        steps["sign-act"]["from"].append("examining")
    elif door == "guard":
        steps["sign-act"]["guards"].remove("confirmed")
    elif door == "shut":
        steps["withdraw"]["from"].remove("lodged")


@pytest.mark.parametrize("door", ["role", "state", "guard", "shut", None])
def test_a_door_opened_or_shut_turns_a_cell_red(door: str | None) -> None:
    """The control of the table: it sees what a careless change does, and nothing else."""
    content = copy.deepcopy(procedures()["titre-minier"].as_json())
    open_a_door(content, door or "")
    changed, told = Procedure.from_json(content), case("titre-minier")
    expected = read_grid(told["grid"])
    red = set()
    for situation, words in told["situations"].items():
        if door == "shut" and situation == "withdrawn":
            continue  # that walk itself is no longer possible
        standing, now = after(changed, words)
        for kind in changed.steps:
            for role in ROLES:
                may = cell(changed, standing, now, kind, role) is None
                if may != (role in expected[kind, situation]):
                    red.add((kind, situation, role))
    found = {
        "role": {("issue", "accepted", "applicant")},
        # A state alone opens nothing here: the guard behind it holds.
        "state": set(),
        "guard": {("sign-act", "refusal-proposed", "decider"),
                  ("sign-act", "grant-proposed", "decider")},
        "shut": {("withdraw", "lodged", "applicant"), ("withdraw", "lodged", "clerk")},
        None: set(),
    }  # fmt: skip
    assert red == found[door]
