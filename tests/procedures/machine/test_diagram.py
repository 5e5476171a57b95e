"""Drawings say what the machine does: each arrow is a step that leads there."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cadastre.cli.procedure import procedure as command
from cadastre.errors import NotFound
from cadastre.procedures.machine import Procedure
from cadastre.procedures.machine.diagram import arrows, as_dot, as_lines, as_mermaid
from tests.procedures.machine.test_matrix import case
from tests.procedures.machine.walks import procedures, replay, walk


@pytest.mark.parametrize("name", procedures())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_move_of_a_walk_is_an_arrow(name: str, language: str) -> None:
    procedure = procedures()[name]
    drawn = set(arrows(procedure, language))
    for words in case(name)["situations"].values():
        log = walk(procedure, words)
        before = "[*]"
        for n, step in enumerate(log):
            state = replay(procedure, log[: n + 1], now=step.at).state
            assert state is not None
            if state != before:
                assert (before, state.value, procedure.step(step.kind).verb[language]) in drawn
            before = state.value


@pytest.mark.parametrize("name", procedures())
def test_drawings_name_every_state_they_meet(name: str) -> None:
    procedure = procedures()[name]
    mermaid, dot = as_mermaid(procedure, "fr"), as_dot(procedure, "fr")
    for start, end, _ in arrows(procedure, "fr"):
        for state in {start, end} - {"[*]"}:
            assert f" as {state}\n" in mermaid
            assert f'"{state}" [label=' in dot
    assert dot.count("{") == dot.count("}") == 1
    assert len(as_lines(procedure, "en")) > len(procedure.steps)


def test_the_command_lists_shows_and_hands_over_a_procedure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = CliRunner().invoke
    assert "titre-minier  Mining title" in run(command, ["--lang", "en"]).output
    # Read from the files once; the rest is about what is shown.
    monkeypatch.setattr("cadastre.cli.procedure.load_procedures", lambda _: procedures())
    assert "Enregistrer l'arrêté signé" in run(command, ["titre-minier", "--lang", "fr"]).output
    shown = run(command, ["declaration", "--format", "json"])
    assert Procedure.from_json(json.loads(shown.output)) == procedures()["declaration"]
    for form, begins in (("mermaid", "stateDiagram-v2"), ("dot", "digraph")):
        assert run(command, ["declaration", "--format", form]).output.startswith(begins)
    assert isinstance(run(command, ["dance"]).exception, NotFound)
