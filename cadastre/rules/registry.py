"""Declare checks: small functions, each with the codes it may find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cadastre.rules.case import Case
from cadastre.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its subject, the codes it may find, and whether it needs a kind of title."""

    subject: str
    codes: frozenset[str]
    needs_kind: bool
    run: Callable[[Case], Iterator[Finding]]

    def __call__(self, case: Case) -> tuple[Finding, ...]:
        """Run the check; a kind it needs and does not have leaves it silent."""
        if self.needs_kind and case.kind is None:
            return ()
        return tuple(self.run(case))


def finds(
    subject: str, *codes: str, needs_kind: bool = False
) -> Callable[[Callable[[Case], Iterator[Finding]]], Check]:
    """Declare what a check may find, so that a missing sentence is seen before a person is."""
    return lambda run: Check(subject, frozenset(codes), needs_kind, run)
