"""Tell where a case stands by replaying its steps: nothing else says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class CaseStep(StrEnum):
    """What may happen to a case, in the words of its steps."""

    DETECTED = "detected"
    PROPOSED = "proposed"
    ACCEPTED_BY_LEFT = "accepted-by-left"
    ACCEPTED_BY_RIGHT = "accepted-by-right"
    CONFIRMED = "confirmed"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    CLOSED_BY_RULE = "closed-by-rule"


class CaseCondition(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    AWAITING_PARTIES = "awaiting-parties"
    AWAITING_CONFIRMATION = "awaiting-confirmation"
    DECIDED = "decided"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StepFact:
    """A step as far as the state depends on it."""

    kind: str
    account_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseState:
    """Where a case stands: the proposal under way, who made it, who must still accept.

    ``awaited`` names them as ``side:party``.
    """

    condition: CaseCondition = CaseCondition.OPEN
    proposal: Mapping[str, Any] | None = None
    proposed_by: int | None = None
    awaited: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more may happen."""
        return self.condition in (CaseCondition.DECIDED, CaseCondition.CLOSED)


def replay(steps: Iterable[StepFact]) -> CaseState:
    """Replay steps in their order; a step that makes no sense where it stands changes nothing."""
    state = CaseState()
    for step in steps:
        if not state.is_over:
            state = _after(state, step)
    return state


def _after(state: CaseState, step: StepFact) -> CaseState:
    kind = step.kind
    if kind == CaseStep.PROPOSED:
        needs = tuple(step.facts.get("needs", ()))
        return CaseState(_waiting(needs), step.facts, step.account_id, needs)
    if kind == CaseStep.WITHDRAWN:
        return CaseState()
    if kind in (CaseStep.ACCEPTED_BY_LEFT, CaseStep.ACCEPTED_BY_RIGHT):
        accepted = f"{kind.removeprefix('accepted-by-')}:{step.facts.get('party')}"
        awaited = tuple(other for other in state.awaited if other != accepted)
        return replace(state, condition=_waiting(awaited), awaited=awaited)
    if kind == CaseStep.APPLIED:
        return replace(state, condition=CaseCondition.DECIDED, awaited=())
    if kind == CaseStep.CLOSED_BY_RULE:
        return CaseState(CaseCondition.CLOSED)
    return state


def _waiting(needs: tuple[str, ...]) -> CaseCondition:
    return CaseCondition.AWAITING_PARTIES if needs else CaseCondition.AWAITING_CONFIRMATION
