"""Reckon the family tree of titles: who comes from whom, and whether areas add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

RELATIVE = 1e-6  # geometry engines round the last digits of a cut


class Kinship(StrEnum):
    """How a child came from a parent."""

    SPLIT = "split"
    MERGED = "merged"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Edge:
    """A parent and a child, by their numbers."""

    parent: str
    child: str
    kind: Kinship


def ancestors(number: str, edges: Iterable[Edge]) -> tuple[str, ...]:
    """List every title from which one comes, nearest generation first, each once."""
    return _walk(number, [(edge.child, edge.parent) for edge in edges])


def descendants(number: str, edges: Iterable[Edge]) -> tuple[str, ...]:
    """List every title that comes from one, nearest generation first, each once."""
    return _walk(number, [(edge.parent, edge.child) for edge in edges])


def _walk(start: str, steps: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    near = [start]
    while near:
        near = [to for one in near for from_, to in steps if from_ == one and to not in found]
        near = list(dict.fromkeys(near))
        found |= dict.fromkeys(near)
    return tuple(found)


def adds_up(before_m2: float, after_m2: Iterable[float], freed_m2: float = 0.0) -> bool:
    """Tell whether what titles hold after an act, and what it freed, is what was held before."""
    return abs(sum(after_m2) + freed_m2 - before_m2) <= RELATIVE * max(before_m2, 1.0)


def child_numbers(parent: str, count: int) -> tuple[str, ...]:
    """Name the children of a split after their parent: ``PR-2026-1-A``, ``-B``…"""
    return tuple(f"{parent}-{chr(ord('A') + index)}" for index in range(count))
