"""Turn a CQL2 filter into bound SQL over an allow-list of columns.

Text is parsed by a grammar, never evaluated; a name is looked up among the fields the viewer may
see; every value becomes a bound parameter of the column's own type (quality B4).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

import shapely
from lark.exceptions import LarkError
from pygeofilter import ast
from pygeofilter.parsers.cql2_text import parse
from pygeofilter.values import Envelope, Geometry
from shapely.geometry import shape
from sqlalchemy import ARRAY, SQLColumnExpression, Text, and_, cast, false, func, literal, not_, or_

from cadastre.errors import UnusableInput
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import Field

LONGEST = 2_000
MOST_CORNERS = 500
DEEPEST = 30
GEOMETRY_NAMES = ("geometry", "geom")
Condition = SQLColumnExpression[bool]

COMPARISONS: dict[type[ast.Node], Callable[[Any, Any], Any]] = {
    ast.Equal: lambda column, value: column == value,
    ast.NotEqual: lambda column, value: column != value,
    ast.LessThan: lambda column, value: column < value,
    ast.LessEqual: lambda column, value: column <= value,
    ast.GreaterThan: lambda column, value: column > value,
    ast.GreaterEqual: lambda column, value: column >= value,
}
MIRRORED: dict[type[ast.Node], type[ast.Node]] = {
    ast.LessThan: ast.GreaterThan,
    ast.LessEqual: ast.GreaterEqual,
    ast.GreaterThan: ast.LessThan,
    ast.GreaterEqual: ast.LessEqual,
}
SPATIAL = {
    ast.GeometryIntersects: "ST_Intersects",
    ast.GeometryWithin: "ST_Within",
    ast.GeometryContains: "ST_Contains",
    ast.GeometryDisjoint: "ST_Disjoint",
}


def filtered(relation: Relation, text: str | None) -> Relation:
    """Narrow a relation by a CQL2 text filter; no text narrows nothing.

    Raises
    ------
    UnusableInput
        ``filter.not-cql2``, ``filter.too-long``, ``filter.unknown-name`` (with the names there
        are), ``filter.wrong-type``, ``filter.not-supported``.
    """
    if text is None or not text.strip():
        return relation
    return relation.narrowed(_Filter(relation).condition(_parsed(text), 0))


def _parsed(text: str) -> ast.Node:
    if len(text) > LONGEST or text.count("(") > 4 * DEEPEST:
        raise UnusableInput("filter.too-long", where="filter", most=LONGEST)
    try:
        parsed: ast.Node = parse(text)
    except (LarkError, ValueError, RecursionError, TypeError) as fault:
        at = getattr(fault, "column", None)
        raise UnusableInput(
            "filter.not-cql2", where="filter", given=text[:200], position=at
        ) from None
    return parsed


class _Filter:
    """Compile the nodes of one filter against one relation."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.fields: Mapping[str, Field] = {
            name: field for name, field in relation.fields.items() if field.filterable
        }

    def condition(self, node: Any, depth: int) -> Condition:
        """Compile a node that says yes or no."""
        if depth > DEEPEST:
            raise UnusableInput("filter.too-long", where="filter", most=LONGEST)
        if isinstance(node, ast.And):
            return and_(self.condition(node.lhs, depth + 1), self.condition(node.rhs, depth + 1))
        if isinstance(node, ast.Or):
            return or_(self.condition(node.lhs, depth + 1), self.condition(node.rhs, depth + 1))
        if isinstance(node, ast.Not):
            return not_(self.condition(node.sub_node, depth + 1))
        if type(node) in COMPARISONS:
            return self._comparison(node)
        if type(node) in SPATIAL:
            return self._spatial(node)
        return self._predicate(node)

    def _predicate(self, node: Any) -> Condition:
        if isinstance(node, ast.Between):
            field = self._field(node.lhs)
            low, high = _value(field, node.low), _value(field, node.high)
            return _turned(field.expression.between(low, high), node.not_)
        if isinstance(node, ast.Like):
            field = self._field(node.lhs)
            if field.type != "string" or not isinstance(node.pattern, str):
                raise _wrong_type(field, node.pattern)
            alike = func.lower(field.expression).like(func.lower(node.pattern), escape="\\")
            return _turned(alike, node.not_)
        if isinstance(node, ast.In):
            return self._one_of(node)
        if isinstance(node, ast.IsNull):
            return _turned(self._field(node.lhs).expression.is_(None), node.not_)
        raise _not_supported(node)

    def _comparison(self, node: Any) -> Condition:
        kind, lhs, rhs = type(node), node.lhs, node.rhs
        if not isinstance(lhs, ast.Attribute):
            kind, lhs, rhs = MIRRORED.get(kind, kind), rhs, lhs
        field = self._field(lhs)
        if field.type == "array":
            if kind not in (ast.Equal, ast.NotEqual):
                raise _wrong_type(field, rhs)
            return _turned(_holds_any(field, [_value(field, rhs)]), kind is ast.NotEqual)
        found: Condition = COMPARISONS[kind](field.expression, _value(field, rhs))
        return found

    def _one_of(self, node: ast.In) -> Condition:
        field = self._field(node.lhs)
        values = [_value(field, one) for one in node.sub_nodes]
        if field.type == "array":
            return _turned(_holds_any(field, values), node.not_)
        return _turned(field.expression.in_(values) if values else false(), node.not_)

    def _spatial(self, node: Any) -> Condition:
        lhs, rhs = node.lhs, node.rhs
        if not (isinstance(lhs, ast.Attribute) and lhs.name in GEOMETRY_NAMES):
            raise _not_supported(node)
        given = func.ST_GeomFromWKB(shapely.to_wkb(_shape(rhs)), 4326)
        test = getattr(func, SPATIAL[type(node)])(self.relation.geometry, given)
        if isinstance(node, ast.GeometryDisjoint):
            return test
        return and_(self.relation.geometry.op("&&")(given), test)

    def _field(self, node: Any) -> Field:
        if not isinstance(node, ast.Attribute):
            raise _not_supported(node)
        field = self.fields.get(node.name)
        if field is None:
            raise UnusableInput(
                "filter.unknown-name", where=node.name[:60], known=", ".join(self.fields)
            )
        return field


def _turned(condition: Any, around: bool) -> Condition:
    turned: Condition = not_(condition) if around else condition
    return turned


def _holds_any(field: Field, values: list[Any]) -> Condition:
    """A list such as ``substances`` equals a value when it holds it."""
    return field.expression.op("&&")(cast(values, ARRAY(Text)))


def _value(field: Field, given: Any) -> Any:
    """Take a literal only in the type of its column."""
    wanted = field.type
    if wanted in ("string", "array") and isinstance(given, str):
        return given
    if wanted in ("number", "integer") and _is_number(given):
        return literal(float(given)) if wanted == "number" else given
    if wanted == "boolean" and isinstance(given, bool):
        return given
    if wanted in ("date", "date-time"):
        return _moment(field, given)
    raise _wrong_type(field, given)


def _is_number(given: Any) -> bool:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    return is_number and math.isfinite(given) and abs(given) < 1e15


def _moment(field: Field, given: Any) -> dt.date | dt.datetime:
    if isinstance(given, str):
        try:
            given = dt.datetime.fromisoformat(given)
        except ValueError:
            raise _wrong_type(field, given) from None
    if field.type == "date":
        if isinstance(given, dt.datetime):
            return given.date()
        if isinstance(given, dt.date):
            return given
    elif isinstance(given, dt.datetime):
        return given if given.tzinfo else given.replace(tzinfo=dt.UTC)
    elif isinstance(given, dt.date):
        return dt.datetime.combine(given, dt.time.min, dt.UTC)
    raise _wrong_type(field, given)


def _shape(node: Any) -> shapely.Geometry:
    """Make the geometry of a literal, capped before any library compares it."""
    if isinstance(node, ast.Function) and node.name.lower() == "bbox":
        numbers = node.arguments
        if len(numbers) != 4 or not all(_is_number(number) for number in numbers):
            raise UnusableInput("http.not-a-box", where="filter", given=str(numbers)[:80])
        return shapely.box(*numbers)
    if isinstance(node, Envelope):
        return shapely.box(node.x1, node.y1, node.x2, node.y2)
    if not isinstance(node, Geometry):
        raise _not_supported(node)
    try:
        made = shape(node.geometry)
    except (ValueError, TypeError, shapely.errors.ShapelyError) as fault:
        raise UnusableInput("filter.not-cql2", where="filter", given="", position=None) from fault
    if shapely.count_coordinates(made) > MOST_CORNERS:
        raise UnusableInput("http.too-many-corners", where="filter", most=MOST_CORNERS)
    return made


def _wrong_type(field: Field, given: Any) -> UnusableInput:
    return UnusableInput(
        "filter.wrong-type", where=field.name, given=str(given)[:60], expected=field.type
    )


def _not_supported(node: Any) -> UnusableInput:
    return UnusableInput("filter.not-supported", where=type(node).__name__)
