"""The tree of a filter, in the very shape of CQL2 JSON: ``{"op": …, "args": […]}`` and leaves."""

from __future__ import annotations

from typing import Any

from cadastre.errors import UnusableInput

Node = Any
CQL2_TEXT, CQL2_JSON = "cql2-text", "cql2-json"
LONGEST = {CQL2_TEXT: 2_000, CQL2_JSON: 20_000}
DEEPEST = 30

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
SPATIAL = (
    "s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses",
    "s_contains",
)  # fmt: skip
TEMPORAL = (
    "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedby",
    "t_finishes", "t_intersects", "t_meets", "t_metby", "t_overlappedby", "t_overlaps",
    "t_startedby", "t_starts",
)  # fmt: skip
ARRAYS = ("a_contains", "a_containedby", "a_equals", "a_overlaps")
GEOMETRY_TYPES = (
    "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection",
)  # fmt: skip


def op(name: str, *args: Node) -> Node:
    """Make a node."""
    return {"op": name, "args": list(args)}


def not_cql2(text: str, position: int | None = None) -> UnusableInput:
    """Say that a filter cannot be read, from a sign on (counted from 1)."""
    return UnusableInput("filter.not-cql2", where="filter", given=text[:200], position=position)


def too_long(language: str) -> UnusableInput:
    """Say that a filter is longer or deeper than is read."""
    return UnusableInput("filter.too-long", where="filter", most=LONGEST[language])


def not_supported(what: str) -> UnusableInput:
    """Say that a part of CQL2 is not offered."""
    return UnusableInput("filter.not-supported", where=what[:60])
