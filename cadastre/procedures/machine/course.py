"""Fold steps into the course of a dossier: each step, in the order of happening, moves it on.

Nothing is judged here: :mod:`cadastre.procedures.machine.replay` refuses what may not happen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cadastre.procedures.machine.calendar import ONE_DAY
from cadastre.procedures.machine.clocks import Track, tick, track_key
from cadastre.procedures.machine.definition import BACK, CLOSED, HELD, Procedure, State
from cadastre.procedures.machine.facts import SYSTEM, Opinion, Proposal, StepFact

OPINION_CLOCK = "opinion"


@dataclass(frozen=True, slots=True)
class Course:
    """Where steps have led: what a fold must remember to go on.

    ``held`` are the states to come back to; ``due`` the steps the clock took that nobody wrote
    down yet.
    """

    state: State | None = None
    since: dt.datetime | None = None
    stage: str | None = None
    held: tuple[State, ...] = ()
    steps: tuple[StepFact, ...] = ()
    tracks: Mapping[str, Track] = field(default_factory=dict)
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    proposal: Proposal | None = None
    due: tuple[StepFact, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing may happen any more."""
        return self.state in CLOSED

    def has_done(self, *kinds: str) -> bool:
        """Tell whether a step of one of these kinds was taken."""
        return any(step.kind in kinds for step in self.steps)

    def last(self, *kinds: str) -> StepFact | None:
        """Give the last step of these kinds."""
        return next((step for step in reversed(self.steps) if step.kind in kinds), None)


def move(procedure: Procedure, course: Course, step: StepFact) -> Course:
    """Take a step that is possible."""
    rule = procedure.step(step.kind)
    outcome = rule.proposes or (course.proposal.outcome if course.proposal else None)
    state, held = _follow(course, rule.target(outcome))
    steps = (*course.steps, step)
    moved = replace(
        course, state=state, held=held, steps=steps,
        since=course.since if state == course.state else step.at,
        tracks=tick(procedure, course.tracks, step, state),
        proposal=_proposal(course, step, rule.proposes),
    )  # fmt: skip
    moved = replace(moved, opinions=_opinions(procedure, moved, step))
    return replace(moved, stage=_stage(procedure, moved))


def _follow(course: Course, target: str | None) -> tuple[State, tuple[State, ...]]:
    """Give the state a step leads to, and those it will come back to."""
    if target == BACK:
        return course.held[-1], course.held[:-1]
    if target is None:
        assert course.state is not None, "only a step that leads somewhere can be the first"
        return course.state, course.held
    state = State(target)
    if state in HELD and course.state is not None:
        return state, (*course.held, course.state)
    return state, ()


def _proposal(course: Course, step: StepFact, proposes: str | None) -> Proposal | None:
    if proposes:
        return Proposal(proposes, step.account_id, step.at)
    if step.kind == "confirm" and course.proposal:
        return replace(course.proposal, confirmed_by=step.account_id, confirmed_at=step.at)
    return None if step.kind == "send-back" else course.proposal


def _opinions(procedure: Procedure, course: Course, step: StepFact) -> Mapping[str, Opinion]:
    body = step.body
    if step.kind == "request-opinion" and body:
        return {**course.opinions, body: Opinion(body, step.at)}
    if step.kind == "give-opinion" and body:
        given = replace(course.opinions[body], given_at=step.at, opinion=step.facts.get("opinion"))
        return {**course.opinions, body: given}
    return course.opinions


def opinions_on(procedure: Procedure, course: Course, day: dt.date) -> dict[str, Opinion]:
    """Give the opinions with their delays as of a day."""
    rule = procedure.clocks.get(OPINION_CLOCK)
    read = dict(course.opinions)
    for body, opinion in course.opinions.items():
        if rule is None:
            continue
        track = course.tracks[track_key(rule, StepFact("", opinion.asked_at, facts={"body": body}))]
        due_on = track.due_on(procedure.calendar)
        late = opinion.given_at is None and due_on is not None and day > due_on
        read[body] = replace(opinion, due_on=due_on, overdue=late)
    return read


def _stage(procedure: Procedure, course: Course) -> str | None:
    """Give the last stage of the line that the course has entered; else it stays where it was."""
    entered = [
        stage.id
        for stage in procedure.stages
        if course.state in stage.states and (stage.after is None or course.has_done(stage.after))
    ]
    return entered[-1] if entered else course.stage


def let_pass(procedure: Procedure, course: Course, until: dt.datetime) -> Course:
    """Let time pass: what the clock decides happens at its instant, written down or not."""
    while (step := next_by_clock(procedure, course)) is not None and step.at <= until:
        moved = move(procedure, course, step)
        course = replace(moved, due=(*moved.due, step))
    return course


def next_by_clock(procedure: Procedure, course: Course) -> StepFact | None:
    """Give the next step the clock will take if nothing else happens."""
    found = []
    for rule in procedure.steps.values():
        track = course.tracks.get(rule.automatic or "")
        if track is None or not track.is_running or course.state not in rule.states:
            continue
        due_on = track.due_on(procedure.calendar)
        if due_on is not None:
            at = procedure.calendar.begins(due_on + ONE_DAY)
            found.append(StepFact(rule.kind, max(at, course.steps[-1].at), None, SYSTEM))
    return min(found, key=lambda step: (step.at, step.kind), default=None)
