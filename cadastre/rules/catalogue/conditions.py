"""Say for which answers something of a service applies: a field, a piece, a fee, a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one answer: among some values, or at least or below a number.

    An answer of several choices meets it when one of them is among the values.
    """

    field: str
    among: tuple[Any, ...] | None = None
    at_least: float | None = None
    below: float | None = None

    def met(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether answers (normalised) meet it; an absent answer never does."""
        answer = answers.get(self.field)
        if answer is None:
            return False
        if self.among is not None:
            given = answer if isinstance(answer, (list, tuple)) else (answer,)
            return any(type(one) is type(two) and one == two for one in given for two in self.among)
        if isinstance(answer, bool) or not isinstance(answer, (int, float)):
            return False
        return (self.at_least is None or answer >= self.at_least) and (
            self.below is None or answer < self.below
        )


When = tuple[Condition, ...]


def all_met(when: When, answers: Mapping[str, Any]) -> bool:
    """Tell whether answers meet every condition; no condition is always met."""
    return all(condition.met(answers) for condition in when)


def conditions_of(raw: Mapping[str, Any] | None) -> When:
    """Build conditions from YAML: ``{technologie: [thermique], puissance: {at_least: 5}}``."""
    return tuple(
        Condition(name, tuple(wanted))
        if isinstance(wanted, list)
        else Condition(name, None, wanted.get("at_least"), wanted.get("below"))
        for name, wanted in (raw or {}).items()
    )
