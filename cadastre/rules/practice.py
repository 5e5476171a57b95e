"""Exercises as they are written: for whom, what to do, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cadastre.errors import UnusableInput

FULL_MARK = 20
KINDS = ("journal", "filed", "exported")
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """Something to be found in the register: of a kind, at least so often, worth so many points."""

    id: str
    kind: str
    count: int
    points: int
    say: Text
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is asked of one role, where it begins, and how it is marked."""

    id: str
    roles: frozenset[str]
    start: str
    title: Text
    told: Text
    checks: tuple[Check, ...]

    def mark(self, reached: Mapping[str, bool]) -> int:
        """Give the points of the checks that hold, of twenty."""
        return sum(check.points for check in self.checks if reached.get(check.id))


def load_exercises(data: Path) -> dict[str, Exercise]:
    """Read the exercises of a data folder, in their order.

    Raises
    ------
    UnusableInput
        ``practice.unusable``: unreadable, an unknown kind of check, or points that are not twenty.
    """
    path = data / "practice" / "exercises.yaml"
    try:
        found = [
            Exercise(
                one["id"], frozenset(one["roles"]), one["start"], one["title"], one["told"],
                tuple(
                    Check(**(each | {"actions": tuple(each.get("actions", ()))}))
                    for each in one["checks"]
                ),
            )
            for one in yaml.safe_load(path.read_text("utf-8"))
        ]  # fmt: skip
    except (OSError, KeyError, TypeError, yaml.YAMLError) as fault:
        raise UnusableInput("practice.unusable", where=path.name, reason=str(fault)) from None
    for one in found:
        points = sum(check.points for check in one.checks)
        if points != FULL_MARK or any(check.kind not in KINDS for check in one.checks):
            raise UnusableInput("practice.unusable", where=one.id, reason=f"{points}")
    return {one.id: one for one in found}
