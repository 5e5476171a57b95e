"""A procedure as the law writes it: stages, steps, clocks, bodies, who is awaited.

The definition is JSON that explains itself: words, calendar and legal values included. A dossier
keeps that JSON and is replayed under it for ever, whatever becomes of the files.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from cadastre.errors import InvalidRuleset, NotFound
from cadastre.procedures.machine.calendar import Calendar
from cadastre.rules.files import parameter_of
from cadastre.rules.ruleset import Parameter, Text

BACK = "back"  # the target of a step that returns where the dossier came from
GRANT, REFUSAL = "grant", "refusal"
AT_DECISION = "at-decision"  # when the applicant reads opinions, unless a procedure says at-once


class State(StrEnum):
    """The condition of a dossier, derived from its steps and never typed in."""

    DRAFT = "draft"
    LODGED = "lodged"
    EXAMINING = "examining"
    COMPLETING = "completing"  # the applicant was asked for something
    SUSPENDED = "suspended"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"  # decided, nothing issued yet: "decree taken, title not issued"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


CLOSED = frozenset({State.ISSUED, State.REFUSED, State.WITHDRAWN, State.LAPSED})
HELD = frozenset({State.COMPLETING, State.SUSPENDED})  # one comes back from these


@dataclass(frozen=True, slots=True)
class Stage:
    """A point of the line people see; entered in one of its states, after a step if it says so."""

    id: str
    name: Text
    states: tuple[State, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody whose opinion is asked; a required one must be asked before a decision."""

    id: str
    name: Text
    required: bool


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A delay: the steps that start and end it, the states in which it runs, how long it is.

    It starts only where it runs; outside ``runs_in`` it stands still. ``adjustable``: the step that
    starts it may say ``days``; ``until``: that step says its end; ``per_body``: each has its own.
    """

    name: str
    label: Text
    owed_by: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    runs_in: tuple[State, ...]
    limit: Parameter
    adjustable: bool = False
    until: bool = False
    per_body: bool = False


@dataclass(frozen=True, slots=True)
class StepRule:
    """A verb: who may, from where, to where, under which guards, with which effect.

    ``to`` and ``effect`` may depend on the outcome proposed; ``automatic`` names the clock whose
    end makes the step happen by itself; ``clerk_needs`` is what a clerk brings beside, once the
    dossier is lodged, to show that the person wants it.
    """

    kind: str
    verb: Text
    done: Text
    by: tuple[str, ...]
    states: tuple[State, ...]
    to: str | Mapping[str, str] | None = None
    guards: tuple[str, ...] = ()
    effect: str | Mapping[str, str] | None = None
    needs: tuple[str, ...] = ()
    second_factor: bool = False
    automatic: str | None = None
    proposes: str | None = None
    clerk_needs: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Tell whether this is the first step of a dossier."""
        return not self.states

    @property
    def touches_register(self) -> bool:
        """Tell whether something outside the dossier follows from the step."""
        return self.effect is not None

    def target(self, outcome: str | None) -> str | None:
        """Give the state it leads to, ``back``, or None when it changes none."""
        return _by_outcome(self.to, outcome)

    def effect_on(self, outcome: str | None) -> str | None:
        """Give what it does to the register for a proposed outcome."""
        return _by_outcome(self.effect, outcome)


def _by_outcome(value: str | Mapping[str, str] | None, outcome: str | None) -> str | None:
    return value.get(outcome or "") if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class AwaitRule:
    """Who is awaited in some states: while a guard still refuses, once others no longer do."""

    who: str
    what: Text
    states: tuple[State, ...]
    unmet: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """A dated machine; ``content`` is the JSON it was built from.

    ``opinions_shown`` says from when the applicant reads what bodies think: ``at-decision``, or
    ``at-once``.
    """

    id: str
    version: str
    name: Text
    calendar: Calendar
    stages: tuple[Stage, ...]
    steps: Mapping[str, StepRule]
    clocks: Mapping[str, ClockRule]
    bodies: Mapping[str, Body]
    awaits: tuple[AwaitRule, ...]
    state_names: Mapping[str, Text]
    who_names: Mapping[str, Text]
    content: Mapping[str, Any] = field(repr=False)

    @property
    def opinions_shown(self) -> str:
        """Tell from when the applicant reads opinions; dossiers opened before it was said too."""
        return str(self.content.get("opinions_shown", AT_DECISION))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Build a procedure from a snapshot, or from files as the loader joined them.

        Raises
        ------
        InvalidRuleset
            ``procedures.unknown-name``: it names a step, clock or state it does not define.
        """
        try:
            made = cls(
                content["id"], content["version"], content["name"],
                Calendar.from_json(content["calendar"]),
                tuple(_stage(raw) for raw in content["stages"]),
                {kind: _step(kind, raw) for kind, raw in content["steps"].items()},
                {name: _clock(name, raw) for name, raw in content.get("clocks", {}).items()},
                {
                    body: Body(body, raw["name"], raw.get("required", False))
                    for body, raw in content.get("bodies", {}).items()
                },
                tuple(_await(raw) for raw in content["awaits"]),
                content["states"], content["who"], content,
            )  # fmt: skip
        except (KeyError, ValueError, TypeError) as broken:
            raise InvalidRuleset(
                "procedures.unusable-snapshot", where=str(content.get("id")), reason=str(broken)
            ) from broken
        _prove_names(made)
        _prove_ways(made)
        return made

    def as_json(self) -> dict[str, Any]:
        """Give the whole definition, to be kept by each dossier that starts under it."""
        return copy.deepcopy(dict(self.content))

    def step(self, kind: str) -> StepRule:
        """Give the rule of a verb.

        Raises
        ------
        NotFound
            ``procedures.unknown-step``, listing the verbs there are.
        """
        found = self.steps.get(kind)
        if found is None:
            raise NotFound(
                "procedures.unknown-step", where="step", given=kind, known=", ".join(self.steps)
            )
        return found

    def who(self, who: str) -> Text:
        """Give the name of a role or of a body, as people read it."""
        return self.bodies[who].name if who in self.bodies else self.who_names[who]


def _states(raw: Mapping[str, Any], key: str) -> tuple[State, ...]:
    return tuple(State(name) for name in raw.get(key, ()))


def _stage(raw: Mapping[str, Any]) -> Stage:
    return Stage(raw["id"], raw["name"], _states(raw, "states"), raw.get("after"))


def _step(kind: str, raw: Mapping[str, Any]) -> StepRule:
    to = raw.get("to")
    for state in to.values() if isinstance(to, Mapping) else filter(None, (to,)):
        if state != BACK:
            State(state)
    return StepRule(
        kind, raw["verb"], raw["done"], tuple(raw["by"]), _states(raw, "from"), to,
        tuple(raw.get("guards", ())), raw.get("effect"), tuple(raw.get("needs", ())),
        raw.get("second_factor", False), raw.get("automatic"), raw.get("proposes"),
        tuple(raw.get("clerk_needs", ())),
    )  # fmt: skip


def _clock(name: str, raw: Mapping[str, Any]) -> ClockRule:
    return ClockRule(
        name, raw["name"], raw["owed_by"], tuple(raw["starts"]), tuple(raw.get("ends", ())),
        _states(raw, "runs_in"), parameter_of(f"clocks.{name}", raw["limit"]),
        raw.get("adjustable", False), raw.get("until", False), raw.get("per_body", False),
    )  # fmt: skip


def _await(raw: Mapping[str, Any]) -> AwaitRule:
    return AwaitRule(
        raw["who"], raw["what"], _states(raw, "in"), tuple(raw.get("unmet", ())),
        tuple(raw.get("met", ())), raw.get("clock"),
    )  # fmt: skip


def _prove_names(procedure: Procedure) -> None:
    """Refuse a name that is used and nowhere defined, and a machine nobody can start."""
    steps, clocks = set(procedure.steps), set(procedure.clocks)
    who = set(procedure.who_names)
    uses: list[tuple[str, set[str], set[str]]] = [("steps", {"open"}, steps)]
    for name, clock in procedure.clocks.items():
        uses.append((f"clocks.{name}", {*clock.starts, *clock.ends}, steps))
        uses.append((f"clocks.{name}.owed_by", {clock.owed_by}, who))
    for kind, rule in procedure.steps.items():
        uses.append((f"steps.{kind}.by", set(rule.by), who))
        uses.append((f"steps.{kind}.automatic", {rule.automatic} - {None}, clocks))  # type: ignore[arg-type]
    for stage in procedure.stages:
        uses.append((f"stages.{stage.id}.after", {stage.after} - {None}, steps))  # type: ignore[arg-type]
    for line in procedure.awaits:
        uses.append(("awaits.who", {line.who}, who | set(procedure.bodies)))
        uses.append(("awaits.clock", {line.clock} - {None}, clocks))  # type: ignore[arg-type]
    ends = {kind for clock in procedure.clocks.values() if clock.until for kind in clock.starts}
    uses.append(
        ("clocks.until", {k for k, r in procedure.steps.items() if "until" in r.needs}, ends)
    )
    uses.append(("states", {state.value for state in State}, set(procedure.state_names)))
    for key, used, known in uses:
        if used - known:
            raise InvalidRuleset(
                "procedures.unknown-name", where=f"{procedure.id}: {key}",
                procedure=procedure.id, key=key, given=", ".join(sorted(used - known)),
                known=", ".join(sorted(known)),
            )  # fmt: skip


def _prove_ways(procedure: Procedure) -> None:
    """Refuse a first step without a state to lead to, and a way back from where nobody came."""
    for rule in procedure.steps.values():
        lost = rule.opens and (not isinstance(rule.to, str) or rule.to == BACK)
        if lost or (rule.to == BACK and set(rule.states) - HELD):
            raise InvalidRuleset(
                "procedures.leads-nowhere", where=f"{procedure.id}: steps.{rule.kind}.to",
                procedure=procedure.id, step=rule.kind,
            )  # fmt: skip
