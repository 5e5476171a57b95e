"""Reduce which groups exclude which to names that occupations share: the guard stays simple.

The guard of the register knows one thing: two exclusive occupations of the same name must not share
ground and time. A law may say more: gold keeps out iron, iron keeps out sand, gold and sand live
together. Writing a row for every group that is kept out would make gold and sand meet on iron.
Each *pair* therefore has a name of its own, which only its two groups write: two rights share a
name exactly when they are of one group or of a pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

JOINT = "+"  # no group has it in its name

Pair = tuple[str, str]


def occupied_names(groups: Collection[str], pairs: Iterable[Pair]) -> tuple[str, ...]:
    """Give the names under which a right of some groups holds ground: its groups, then pairs."""
    mine = {pair_name(pair) for pair in pairs if not set(pair).isdisjoint(groups)}
    return (*sorted(groups), *sorted(mine))


def pair_name(pair: Pair) -> str:
    """Name two groups that exclude each other, in whatever order they are given."""
    return JOINT.join(sorted(pair))
