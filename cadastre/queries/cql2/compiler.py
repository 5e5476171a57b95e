"""Turn the tree of a filter into SQL: names by an allow-list, values bound, functions known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import shapely
from sqlalchemy import ARRAY, SQLColumnExpression, Text, and_, cast, false, func, not_, or_, true

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import WGS84
from cadastre.queries.cql2 import temporal
from cadastre.queries.cql2.tree import (
    ARRAYS,
    CQL2_TEXT,
    DEEPEST,
    SPATIAL,
    TEMPORAL,
    Node,
    not_cql2,
    not_supported,
    too_long,
)
from cadastre.queries.cql2.values import shape_of, value_of, wrong_type
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import Field

Condition = SQLColumnExpression[bool]
GEOMETRY_NAMES = ("geometry", "geom")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda column, value: column == value,
    "<>": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
ARRAY_SIGNS = {"a_contains": ("@>",), "a_containedby": ("<@",), "a_overlaps": ("&&",),
               "a_equals": ("@>", "<@")}  # fmt: skip
ARITY = {"not": 1, "isNull": 1, "between": 3} | dict.fromkeys(
    ("like", "in", *COMPARISONS, *SPATIAL, *TEMPORAL, *ARRAYS), 2
)


def compile_filter(
    tree: Node, relation: Relation, crs: str = WGS84, *, north_first: bool = False
) -> Condition:
    """Give the condition of a tree over a relation; literal shapes are in ``crs``.

    Raises
    ------
    UnusableInput
        ``filter.unknown-name`` (with the names there are), ``filter.wrong-type``,
        ``filter.not-supported``, ``filter.too-long``, ``filter.not-sound``.
    """
    return _Compiler(relation, crs, north_first).condition(tree, 0)


class _Compiler:
    """Compile the nodes of one filter against one relation."""

    def __init__(self, relation: Relation, crs: str, north_first: bool) -> None:
        self.relation, self.system = relation, (crs, north_first)
        self.fields: Mapping[str, Field] = {
            name: field for name, field in relation.fields.items() if field.filterable
        }

    def condition(self, node: Node, depth: int) -> Condition:
        """Compile a node that says yes or no."""
        if depth > DEEPEST:
            raise too_long(CQL2_TEXT)
        if isinstance(node, bool):
            return true() if node else false()
        if isinstance(node, dict) and "property" in node:
            return self._truth(node)
        if not isinstance(node, dict) or "op" not in node:
            raise not_cql2(str(node))
        name, args = node["op"], node["args"]
        if name in ("and", "or") and len(args) > 1:
            parts = [self.condition(one, depth + 1) for one in args]
            return and_(*parts) if name == "and" else or_(*parts)
        if ARITY.get(name) != len(args):
            raise not_supported(name)
        if name == "not":
            return not_(self.condition(args[0], depth + 1))
        return self._predicate(name, args)

    def _predicate(self, name: str, args: list[Node]) -> Condition:
        if name in COMPARISONS:
            return self._comparison(name, *args)
        if name in SPATIAL:
            return self._spatial(name, *args)
        if name in TEMPORAL:
            return temporal.compare(name, args[0], args[1], self._field)
        if name in ARRAYS:
            return self._arrays(name, *args)
        if name == "like":
            return self._like(*args)
        if name == "between":
            field = self._field(args[0])
            low, high = (value_of(field, one) for one in args[1:])
            return field.expression.between(low, high)
        if name == "in":
            return self._one_of(*args)
        if args[0] == {"property": "geometry"}:
            return self.relation.geometry.is_(None)
        return self._field(args[0]).expression.is_(None)

    def _truth(self, node: Node) -> Condition:
        field = self._field(node)
        if field.type != "boolean":
            raise wrong_type(field, "true")
        return field.expression

    def _comparison(self, sign: str, left: Node, right: Node) -> Condition:
        if _is_casei(left) or _is_casei(right):
            return COMPARISONS[sign](self._lower(left), self._lower(right))
        if not _is_name(left):
            sign, left, right = MIRRORED.get(sign, sign), right, left
        field = self._field(left)
        if _is_name(right):
            other = self._field(right)
            if field.type != other.type or field.type == "array":
                raise wrong_type(field, other.name)
            return COMPARISONS[sign](field.expression, other.expression)
        value = value_of(field, right)
        if field.type == "array":
            if sign not in ("=", "<>"):
                raise wrong_type(field, right)
            held = _holds_any(field, [value])
            return held if sign == "=" else not_(held)
        return COMPARISONS[sign](field.expression, value)

    def _lower(self, node: Node) -> Any:
        """Give one side of a comparison that takes no notice of capitals."""
        inside = node["args"][0] if _is_casei(node) else node
        if isinstance(inside, str):
            return func.lower(inside)
        field = self._field(inside)
        if field.type != "string":
            raise wrong_type(field, "CASEI")
        return func.lower(field.expression)

    def _like(self, left: Node, pattern: Node) -> Condition:
        if _is_casei(left) or _is_casei(pattern):
            folded: Condition = self._lower(left).like(self._lower(pattern), escape="\\")
            return folded
        field = self._field(left)
        if field.type != "string" or not isinstance(pattern, str):
            raise wrong_type(field, pattern)
        return field.expression.like(value_of(field, pattern), escape="\\")

    def _one_of(self, left: Node, listed: Node) -> Condition:
        if not isinstance(listed, list):
            raise not_supported("IN")
        if _is_casei(left):
            return self._lower(left).in_([self._lower(one) for one in listed])
        field = self._field(left)
        values = [value_of(field, one) for one in listed]
        if field.type == "array":
            return _holds_any(field, values)
        return field.expression.in_(values) if values else false()

    def _arrays(self, name: str, left: Node, right: Node) -> Condition:
        field = self._field(left)
        listed = right if isinstance(right, list) else [right]
        if field.type != "array":
            raise wrong_type(field, right)
        values = cast([value_of(field, one) for one in listed], ARRAY(Text))
        return and_(*(field.expression.op(sign)(values) for sign in ARRAY_SIGNS[name]))

    def _spatial(self, name: str, left: Node, right: Node) -> Condition:
        mirrored = {"s_within": "s_contains", "s_contains": "s_within"}
        if not _is_geometry(left):
            name, left, right = mirrored.get(name, name), right, left
        if not _is_geometry(left) or _is_name(right):
            raise not_supported(name)
        given = func.ST_GeomFromWKB(shapely.to_wkb(shape_of(right, *self.system)), 4326)
        function = f"ST_{name.removeprefix('s_').capitalize()}"
        test: Condition = getattr(func, function)(self.relation.geometry, given)
        if name == "s_disjoint":
            return test
        return and_(self.relation.geometry.op("&&")(given), test)

    def _field(self, node: Node) -> Field:
        if not _is_name(node):
            raise not_supported(str(node.get("op", node) if isinstance(node, dict) else node))
        name = node["property"]
        field = self.fields.get(name) if isinstance(name, str) else None
        if field is None:
            known = ", ".join(self.fields)
            raise UnusableInput("filter.unknown-name", where=str(name)[:60], known=known)
        return field


def _is_name(node: Node) -> bool:
    return isinstance(node, dict) and "property" in node


def _is_geometry(node: Node) -> bool:
    return _is_name(node) and node["property"] in GEOMETRY_NAMES


def _is_casei(node: Node) -> bool:
    return isinstance(node, dict) and node.get("op") == "casei" and len(node["args"]) == 1


def _holds_any(field: Field, values: list[Any]) -> Condition:
    """A list such as ``substances`` equals a value when it holds it."""
    return field.expression.op("&&")(cast(values, ARRAY(Text)))
