"""One promise recounted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Said:
    """A fault or a thing to look at, with its sentence: ``code`` and the values of its place."""

    code: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise kept or not, with what was found and how long it took to recount.

    ``found`` are places as they are (a number, a table); ``said`` are sentences. One that is
    ``watched`` lists things for a person to look at and stops nothing.
    """

    code: str
    passed: bool
    values: dict[str, Any] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    watched: bool = False
    seconds: float = 0.0


def listed(code: str, found: Iterable[str]) -> Proof:
    """Make a proof that fails when anything is listed; a long list is cut, its length told."""
    every = list(found)
    return Proof(code, not every, {"count": len(every)}, tuple(every[:MOST_SHOWN]))


def told(code: str, said: Iterable[Said]) -> Proof:
    """Make a proof that fails when any sentence is given; a long list is cut, its length told."""
    every = list(said)
    return Proof(code, not every, {"count": len(every)}, said=tuple(every[:MOST_SHOWN]))
