"""Say what may happen next, to whom, and the reasons against; refuse what may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from cadastre.errors import Blocked, CadastreError, NotAllowed
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine.against import (
    CORRECT,
    against_particulars,
    against_role,
    against_state,
    against_target,
    is_correctable,
)
from cadastre.procedures.machine.course import Course, let_pass
from cadastre.procedures.machine.definition import Procedure, State, StepRule
from cadastre.procedures.machine.facts import SYSTEM, DossierFacts, StepFact
from cadastre.procedures.machine.guards import Asked, Refusals, refusals_of
from cadastre.procedures.machine.replay import Standing, follow
from cadastre.rules.ruleset import Text


@dataclass(frozen=True, slots=True)
class PossibleStep:
    """A step a role may take from here: possible now when nothing stands against it.

    ``needs`` lists what must come with it: reason, document, body, opinion, until, corrects.
    """

    kind: str
    verb: Text
    refusals: Refusals
    needs: tuple[str, ...] = ()
    second_factor: bool = False

    @property
    def is_possible(self) -> bool:
        """Tell whether it may be taken now."""
        return not self.refusals


def possible(
    procedure: Procedure,
    standing: Standing,
    facts: DossierFacts,
    *,
    role: str,
    account_id: int | None = None,
) -> tuple[PossibleStep, ...]:
    """Give the steps a role may take from here, each with every reason against it.

    What only the clock decides is not among them: see :func:`automatic_due`.

    Parameters
    ----------
    account_id
        Who would take them: needed to tell that four eyes are two people.
    """
    return tuple(
        PossibleStep(rule.kind, rule.verb, refusals, rule.needs, rule.second_factor)
        for rule in procedure.steps.values()
        if role in rule.by and not (role == SYSTEM and rule.automatic)
        if not against_state(procedure, standing.course, rule)
        for refusals in [_against(procedure, standing, rule, facts, role, account_id)]
    )


def _against(
    procedure: Procedure,
    standing: Standing,
    rule: StepRule,
    facts: DossierFacts,
    role: str,
    account_id: int | None,
) -> Refusals:
    step = StepFact(rule.kind, standing.at, account_id, role)
    if rule.kind == CORRECT and not correctable(procedure, standing):
        return (Refusal("procedures.nothing-to-correct"),)
    return refusals_of(rule.guards, Asked(procedure, standing.course, step, facts))


def ensure_possible(
    procedure: Procedure,
    standing: Standing,
    step: StepFact,
    facts: DossierFacts,
    *,
    roles: Collection[str],
    account_id: int | None,
) -> StepRule:
    """Refuse a step that may not be taken now; give its rule when it may.

    Parameters
    ----------
    roles
        Every role of the account towards this dossier; ``step.role`` is one of them.

    Raises
    ------
    NotFound
        ``procedures.unknown-step``.
    NotAllowed
        ``procedures.not-your-step``: none of the roles has this verb.
    Blocked
        The first reason against it, with all of them in ``refusals``.
    """
    rule = procedure.step(step.kind)
    for refusal in against_role(procedure, rule, {step.role} & set(roles)):
        raise NotAllowed(refusal.code, where=step.kind, **refusal.values)
    refusals = reasons_against(procedure, standing, replace(step, account_id=account_id), facts)
    if refusals:
        first = refusals[0]
        raise Blocked(first.code, where=step.kind, refusals=refusals, **first.values)
    return rule


def reasons_against(
    procedure: Procedure, standing: Standing, step: StepFact, facts: DossierFacts
) -> Refusals:
    """Give every reason against a step, its role aside."""
    rule = procedure.step(step.kind)
    if standing.log and step.at < standing.log[-1].at:
        return (Refusal("procedures.before-last", {"last": standing.log[-1].at}),)
    course = let_pass(procedure, standing.course, step.at)
    if step.role == SYSTEM and rule.automatic:
        decided = any(due.kind == step.kind for due in course.due)
        return () if decided else (Refusal("procedures.not-due", {"step": rule.verb}),)
    found = against_state(procedure, course, rule)
    if found:
        return found
    found += _against_needs(rule, step) + _against_clerk(course, rule, step)
    found += against_particulars(procedure, course, step)
    if step.kind == CORRECT:
        found += _against_correction(procedure, standing, step)
    return found + refusals_of(rule.guards, Asked(procedure, course, step, facts))


def _against_needs(rule: StepRule, step: StepFact) -> Refusals:
    given = {"reason": (step.reason or "").strip(), "document": step.document_id}
    return tuple(
        Refusal(f"procedures.needs-{need}", {"step": rule.verb})
        for need, value in given.items()
        if need in rule.needs and not value
    )


def _against_clerk(course: Course, rule: StepRule, step: StepFact) -> Refusals:
    """Refuse a clerk who cannot show that the person wants to go back on what was lodged."""
    if step.role != "clerk" or course.state is State.DRAFT:
        return ()
    given = {"reason": (step.reason or "").strip(), "document": step.document_id}
    return tuple(
        Refusal(f"procedures.clerk-needs-{need}", {"step": rule.verb})
        for need in rule.clerk_needs
        if not given[need]
    )


def _against_correction(procedure: Procedure, standing: Standing, step: StepFact) -> Refusals:
    """Refuse a correction after which the steps that remain could not have happened."""
    found = against_target(procedure, standing.steps, step)
    if found:
        return found
    try:
        course = follow(procedure, (*standing.log, step), step.at)
    except CadastreError as entangled:
        later = procedure.steps.get(entangled.where or "")
        if later is not None and later.kind != CORRECT:
            return (Refusal("procedures.correct-entangled", {"later": later.done}),)
        return (Refusal("procedures.correct-closes"),)
    return (Refusal("procedures.correct-closes"),) if course.is_closed else ()


def correctable(procedure: Procedure, standing: Standing) -> tuple[StepFact, ...]:
    """Give the steps a correction may answer, newest first: candidates to offer a decider."""
    return tuple(
        step
        for step in reversed(standing.steps)
        if step.id is not None and is_correctable(procedure.step(step.kind))
    )


def automatic_due(
    procedure: Procedure, standing: Standing, now: dt.datetime
) -> tuple[StepFact, ...]:
    """Give the steps the clock has decided by an instant and nobody wrote down, oldest first.

    Write them with their own ``at``, before any other step: the clock decides, whoever writes
    only notes it.
    """
    return let_pass(procedure, standing.course, now).due
