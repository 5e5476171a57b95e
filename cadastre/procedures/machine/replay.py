"""Replay the steps of a dossier to its standing: where it is, who is awaited, what time is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cadastre.errors import Blocked
from cadastre.procedures.machine.against import CORRECT, against_history, against_target
from cadastre.procedures.machine.clocks import Clock, read_clock
from cadastre.procedures.machine.course import Course, let_pass, move, next_by_clock, opinions_on
from cadastre.procedures.machine.definition import CLOSED, Procedure, State
from cadastre.procedures.machine.facts import SYSTEM, DossierFacts, Opinion, Proposal, StepFact
from cadastre.procedures.machine.guards import Asked, Refusals, refusals_of
from cadastre.rules.ruleset import Text


@dataclass(frozen=True, slots=True)
class Awaited:
    """Who is awaited, for what, since when, and until which day if the law says so.

    ``who`` is a role, ``system`` for the clock, or a body that owes an opinion.
    """

    who: str
    who_name: Text
    what: Text
    since: dt.datetime
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dossier stands at an instant.

    ``steps`` is what counts, in order, wrong steps left out; ``unwritten`` what the clock decided
    and the log does not say yet; ``next_by_clock`` what it will decide next.
    """

    at: dt.datetime
    state: State | None
    since: dt.datetime | None
    stage: str | None
    awaits: tuple[Awaited, ...]
    clocks: Mapping[str, Clock]
    opinions: Mapping[str, Opinion]
    proposal: Proposal | None
    closed: bool
    outcome: str | None
    steps: tuple[StepFact, ...]
    unwritten: tuple[StepFact, ...]
    next_by_clock: StepFact | None
    log: tuple[StepFact, ...] = field(repr=False)
    course: Course = field(repr=False)

    def happened_at(self, kind: str) -> dt.datetime | None:
        """Give the instant of the last step of a kind."""
        step = self.course.last(kind)
        return step.at if step else None


def replay(
    procedure: Procedure,
    steps: Iterable[StepFact],
    *,
    now: dt.datetime,
    facts: DossierFacts | None = None,
) -> Standing:
    """Replay steps in the order of happening; those after ``now`` are not known yet.

    Parameters
    ----------
    facts
        What the dossier holds now: it sharpens who is awaited, never where the dossier is.

    Raises
    ------
    Blocked
        The first step that could not have happened, ``where`` its kind, with the reason.
    """
    log = tuple(sorted((s for s in steps if s.at <= now), key=lambda s: s.at))
    course = follow(procedure, log, now)
    return _stand(procedure, course, log, now, facts or DossierFacts())


def follow(procedure: Procedure, log: tuple[StepFact, ...], now: dt.datetime) -> Course:
    """Fold a log into a course at an instant, wrong steps answered by a correction left out."""
    corrections = [step for step in log if step.kind == CORRECT]
    for step in corrections:
        _ensure(against_target(procedure, log, step), step)
    wrong = {step.facts["corrects"] for step in corrections}
    course = Course()
    for step in log:
        if step.id is None or step.id not in wrong:
            course = take(procedure, let_pass(procedure, course, step.at), step)
    return let_pass(procedure, course, now)


def take(procedure: Procedure, course: Course, step: StepFact) -> Course:
    """Take a step, or refuse one that could not have happened.

    A step of the system that the clock had decided is only written down: it keeps its instant.
    """
    for decided in course.due:
        if step.role == SYSTEM and step.kind == decided.kind:
            return _written(course, decided, replace(step, at=decided.at))
    _ensure(against_history(procedure, course, step), step)
    return move(procedure, course, step)


def _written(course: Course, decided: StepFact, step: StepFact) -> Course:
    return replace(
        course,
        steps=tuple(step if each is decided else each for each in course.steps),
        due=tuple(each for each in course.due if each is not decided),
    )


def _ensure(refusals: Refusals, step: StepFact) -> None:
    if refusals:
        first = refusals[0]
        raise Blocked(first.code, where=step.kind, refusals=refusals, **first.values)


def _stand(
    procedure: Procedure,
    course: Course,
    log: tuple[StepFact, ...],
    now: dt.datetime,
    facts: DossierFacts,
) -> Standing:
    calendar, day = procedure.calendar, procedure.calendar.day(now)
    clocks = {key: read_clock(key, t, calendar, day) for key, t in course.tracks.items()}
    closed = course.state in CLOSED
    return Standing(
        now, course.state, course.since, course.stage,
        () if closed else tuple(_awaits(procedure, course, now, facts, clocks)), clocks,
        opinions_on(procedure, course, day), course.proposal, closed,
        course.state.value if closed and course.state else None, course.steps, course.due,
        next_by_clock(procedure, course), log, course,
    )  # fmt: skip


def _awaits(
    procedure: Procedure,
    course: Course,
    now: dt.datetime,
    facts: DossierFacts,
    clocks: Mapping[str, Clock],
) -> Iterable[Awaited]:
    asked = Asked(procedure, course, StepFact("", now), facts)
    for rule in procedure.awaits:
        unmet = not rule.unmet or refusals_of(rule.unmet, asked)
        if course.state in rule.states and unmet and not refusals_of(rule.met, asked):
            assert course.since is not None
            clock = clocks.get(rule.clock or "")
            since, due = course.since, clock.due_on if clock else None
            yield Awaited(rule.who, procedure.who(rule.who), rule.what, since, due)
    day = procedure.calendar.day(now)
    for body, opinion in opinions_on(procedure, course, day).items():
        if opinion.given_at is None and "give-opinion" in procedure.steps:
            rule_of = procedure.steps["give-opinion"]
            if course.state in rule_of.states:
                name = procedure.bodies[body].name
                yield Awaited(body, name, rule_of.verb, opinion.asked_at, opinion.due_on)
