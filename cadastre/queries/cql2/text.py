"""Parse CQL2 text: OR binds least, then AND, then NOT; nothing is ever evaluated."""

from __future__ import annotations

import json

import shapely

from cadastre.queries.cql2.tokens import Token, tokens
from cadastre.queries.cql2.tree import (
    ARRAYS,
    COMPARISONS,
    CQL2_TEXT,
    DEEPEST,
    GEOMETRY_TYPES,
    LONGEST,
    SPATIAL,
    TEMPORAL,
    Node,
    not_cql2,
    not_supported,
    op,
    too_long,
)

_PREDICATES = (*SPATIAL, *TEMPORAL, *ARRAYS)
_RESERVED = ("AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL")


def parse_text(text: str) -> Node:
    """Give the tree of a filter written as text.

    Raises
    ------
    UnusableInput
        ``filter.not-cql2`` with the place, ``filter.too-long``, ``filter.not-supported``.
    """
    if len(text) > LONGEST[CQL2_TEXT]:
        raise too_long(CQL2_TEXT)
    parser = _Parser(text)
    tree = parser.either(0)
    parser.expect_end()
    return tree


class _Parser:
    """Go through the tokens once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def take(self, *words: str) -> bool:
        """Pass one of some words or signs; tell whether it stood here."""
        if not self.here.says(*words):
            return False
        self.place += 1
        return True

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise self.wrong()

    def expect_end(self) -> None:
        if self.here.sort != "end":
            raise self.wrong()

    def wrong(self) -> Exception:
        return not_cql2(self.text, self.here.start + 1)

    def either(self, depth: int) -> Node:
        """Read conditions joined by OR."""
        if depth > DEEPEST:
            raise too_long(CQL2_TEXT)
        parts = [self.both(depth)]
        while self.take("OR"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else op("or", *parts)

    def both(self, depth: int) -> Node:
        """Read conditions joined by AND."""
        parts = [self.one(depth)]
        while self.take("AND"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else op("and", *parts)

    def one(self, depth: int) -> Node:
        """Read one condition, perhaps turned around or in brackets."""
        if depth > DEEPEST:
            raise too_long(CQL2_TEXT)
        if self.take("NOT"):
            return op("not", self.one(depth + 1))
        if self.take("("):
            inside = self.either(depth + 1)
            self.expect(")")
            return inside
        return self.predicate()

    def predicate(self) -> Node:
        name = self.here.value.lower()
        if self.here.sort == "word" and name in _PREDICATES and self._opens():
            self.place += 1
            return op(name, *self.listed())
        left = self.operand()
        around = self.take("NOT")
        if self.take("LIKE"):
            found = op("like", left, self.operand())
        elif self.take("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            found = op("between", left, low, self.operand())
        elif self.take("IN"):
            found = op("in", left, self.listed())
        elif around:
            raise self.wrong()
        elif self.take("IS"):
            around = self.take("NOT")
            self.expect("NULL")
            found = op("isNull", left)
        elif self.here.value in COMPARISONS:
            found = self._comparison(left)
        elif isinstance(left, bool) or "property" in _as_dict(left):
            return left
        else:
            raise self.wrong()
        return op("not", found) if around else found

    def _comparison(self, left: Node) -> Node:
        sign = self.here.value
        self.place += 1
        return op(sign, left, self.operand())

    def _opens(self) -> bool:
        return self.tokens[self.place + 1].value == "("

    def listed(self) -> list[Node]:
        """Read ``(a, b, …)``."""
        self.expect("(")
        found = [self.operand()]
        while self.take(","):
            found.append(self.operand())
        self.expect(")")
        return found

    def operand(self) -> Node:
        """Read a value, a name, or what makes one of them."""
        token = self.here
        if token.says("("):
            return self.listed()
        if token.says("+", "-"):
            return self._signed()
        self.place += 1
        if token.sort == "text":
            return token.value
        if token.sort == "number":
            return _number(token.value)
        if token.sort == "name":
            return {"property": token.value}
        if token.sort == "word" and not token.says(*_RESERVED):
            return self._word(token)
        self.place -= 1
        raise self.wrong()

    def _signed(self) -> Node:
        turned = self.here.value == "-"
        self.place += 1
        if self.here.sort != "number":
            raise self.wrong()
        value = _number(self.here.value)
        self.place += 1
        return -value if turned else value

    def _word(self, token: Token) -> Node:
        word = token.value.lower()
        if word in ("true", "false"):
            return word == "true"
        follows = self.here.value.upper()
        if word in GEOMETRY_TYPES and (follows in ("(", "Z", "EMPTY")):
            return self._geometry(token)
        if follows != "(" or self.here.sort != "sign":
            return {"property": token.value}
        arguments = self.listed()
        if word in ("date", "timestamp") and len(arguments) == 1:
            return {word: arguments[0]}
        if word in ("interval", "bbox"):
            return {word: arguments}
        if word == "casei" and len(arguments) == 1:
            return op("casei", arguments[0])
        raise not_supported(token.value)

    def _geometry(self, token: Token) -> Node:
        """Read WKT up to the bracket that closes it."""
        depth = 0
        while True:
            if self.here.sort == "end":
                raise self.wrong()
            depth += {"(": 1, ")": -1}.get(self.here.value, 0)
            self.place += 1
            if depth == 0 and self.tokens[self.place - 1].value.upper() in (")", "EMPTY"):
                break
        try:
            shape = shapely.from_wkt(self.text[token.start : self.tokens[self.place - 1].end])
            found: Node = json.loads(shapely.to_geojson(shape))
        except (shapely.errors.ShapelyError, ValueError):
            raise not_cql2(self.text, token.start + 1) from None
        return found


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() and len(text) < 16 else float(text)


def _as_dict(node: Node) -> dict[str, Node]:
    return node if isinstance(node, dict) else {}
