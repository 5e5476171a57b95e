"""Draw a procedure: as Mermaid or Graphviz for a page of training, as lines for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cadastre.procedures.machine.definition import (
    BACK,
    CLOSED,
    HELD,
    Procedure,
    State,
    StepRule,
)
from cadastre.rules.ruleset import Text

Arrow = tuple[str, str, str]  # from a state, to a state, by a verb


def arrows(procedure: Procedure, language: str) -> Iterator[Arrow]:
    """Give the steps that change the state; those that stay are told by the table."""
    for rule in procedure.steps.values():
        for target in _targets(rule):
            if rule.opens:
                yield "[*]", target, rule.verb[language]
            for state in rule.states:
                for end in _origins(procedure, state) if target == BACK else (target,):
                    yield state.value, end, rule.verb[language]


def _targets(rule: StepRule) -> tuple[str, ...]:
    if rule.to is None:
        return ()
    return tuple(rule.to.values()) if isinstance(rule.to, Mapping) else (rule.to,)


def _origins(procedure: Procedure, held: State) -> list[str]:
    """Name the states from which one enters a state that is left by going back."""
    return [
        state.value
        for rule in procedure.steps.values()
        if held in _targets(rule)
        for state in rule.states
        if state not in HELD
    ]


def _drawn(procedure: Procedure, found: list[Arrow]) -> list[State]:
    """Give the states that the arrows meet, in the order of a life."""
    met = {end for start, to, _ in found for end in (start, to)}
    return [state for state in State if state.value in met]


def as_mermaid(procedure: Procedure, language: str) -> str:
    """Draw a Mermaid state diagram."""
    found = list(arrows(procedure, language))
    names = procedure.state_names
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{names[s][language]}" as {s}' for s in _drawn(procedure, found)]
    lines += [f"  {start} --> {end} : {verb}" for start, end, verb in found]
    lines += [f"  {state} --> [*]" for state in _drawn(procedure, found) if state in CLOSED]
    return "\n".join(lines)


def as_dot(procedure: Procedure, language: str) -> str:
    """Draw a Graphviz digraph."""

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    found = list(arrows(procedure, language))
    lines = [f"digraph {quoted(procedure.id)} {{", "  rankdir=LR; node [shape=box];"]
    lines += ['  "[*]" [shape=point];']
    lines += [
        f"  {quoted(state)} [label={quoted(procedure.state_names[state][language])}"
        f"{', peripheries=2' if state in CLOSED else ''}];"
        for state in _drawn(procedure, found)
    ]
    lines += [f"  {quoted(a)} -> {quoted(b)} [label={quoted(verb)}];" for a, b, verb in found]
    return "\n".join([*lines, "}"])


def as_lines(procedure: Procedure, language: str) -> list[str]:
    """Write a procedure for a terminal: stages, steps with who and from where, delays."""
    names = procedure.state_names

    def states(kept: tuple[State, ...]) -> str:
        return ", ".join(names[state][language] for state in kept) or "—"

    lines = [f"{procedure.name[language]} ({procedure.id}, {procedure.version})", ""]
    lines += [" → ".join(stage.name[language] for stage in procedure.stages), ""]
    for rule in procedure.steps.values():
        who = ", ".join(procedure.who(role)[language] for role in rule.by)
        ends = " / ".join(_end(names, target, language) for target in _targets(rule)) or "="
        lines.append(f"{rule.verb[language]} : {who}")
        lines.append(f"    {states(rule.states)} → {ends}")
        needs = [*rule.guards, *rule.needs, *(["2FA"] if rule.second_factor else [])]
        lines += [f"    {', '.join(needs)}"] if needs else []
    lines.append("")
    for clock in procedure.clocks.values():
        latest = clock.limit.periods[-1][1]
        basis = clock.limit.article or clock.limit.source or ""
        length = f"{latest if latest is not None else '?'} {clock.limit.unit or ''}"
        lines.append(f"{clock.label[language]} : {length} ({clock.limit.evidence.value}) {basis}")
    return [line.rstrip() for line in lines]


def _end(names: Mapping[str, Text], target: str, language: str) -> str:
    return "↩" if target == BACK else names[target][language]
