"""Lay the family of a title out as a tree a page can indent: who came from whom, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A title in the tree; ``kind`` is how it came from the one above, None for the first.

    A title born of several is shown under each, with its own children once only.
    """

    number: str
    kind: str | None
    is_repeated: bool
    children: tuple[Member, ...]


def family_tree(edges: Iterable[Mapping[str, str]]) -> tuple[Member, ...]:
    """Give the tree from the titles that came from none, in the order of numbers."""
    below: dict[str, list[tuple[str, str]]] = {}
    born = set()
    for edge in edges:
        below.setdefault(edge["parent"], []).append((edge["child"], edge["kind"]))
        born.add(edge["child"])
    shown: set[str] = set()

    def member(number: str, kind: str | None) -> Member:
        if number in shown:
            return Member(number, kind, True, ())
        shown.add(number)
        children = tuple(member(*child) for child in sorted(below.get(number, ())))
        return Member(number, kind, False, children)

    return tuple(member(number, None) for number in sorted(set(below) - born))
