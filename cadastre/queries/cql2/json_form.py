"""Read CQL2 JSON: a tree already, of which only the shape has to be trusted."""

from __future__ import annotations

import json
import math

from cadastre.queries.cql2.tree import (
    CQL2_JSON,
    DEEPEST,
    LONGEST,
    Node,
    not_cql2,
    not_supported,
    op,
    too_long,
)

# A geometry is nested too: a multipolygon has four lists inside each other.
_DEEPEST = 2 * DEEPEST
_LEAVES = ("property", "date", "timestamp", "interval", "bbox")


def parse_json(text: str) -> Node:
    """Give the tree of a filter written as JSON.

    Raises
    ------
    UnusableInput
        ``filter.not-cql2``, ``filter.too-long``, ``filter.not-supported``.
    """
    if len(text) > LONGEST[CQL2_JSON]:
        raise too_long(CQL2_JSON)
    try:
        read = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise not_cql2(text, getattr(fault, "pos", 0) + 1) from None
    return _node(read, text, 0)


def _node(node: Node, text: str, depth: int) -> Node:
    if depth > _DEEPEST:
        raise too_long(CQL2_JSON)
    if isinstance(node, bool | int | float | str):
        if isinstance(node, float) and not math.isfinite(node):
            raise not_cql2(text)
        return node
    if isinstance(node, list):
        return [_node(one, text, depth + 1) for one in node]
    if not isinstance(node, dict):
        raise not_cql2(text)
    if "op" in node:
        return _operation(node, text, depth)
    for leaf in _LEAVES:
        if leaf in node:
            return {leaf: _node(node[leaf], text, depth + 1)}
    if "type" in node and ("coordinates" in node or "geometries" in node):
        return node
    raise not_supported(next(iter(node), "{}"))


def _operation(node: dict[str, Node], text: str, depth: int) -> Node:
    name, args = node["op"], node.get("args")
    if not isinstance(name, str) or not isinstance(args, list):
        raise not_cql2(text)
    read = [_node(one, text, depth + 1) for one in args]
    # The names are written isNull, t_finishedBy, …; like the text, any case is taken.
    return op("isNull" if name.lower() == "isnull" else name.lower(), *read)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
