"""Read Well-Known Text (POLYGON, MULTIPOLYGON…) by our own hand, before any library sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems

_START = re.compile(
    r"^\s*(?:SRID\s*=\s*(\d{1,6})\s*;\s*)?"
    r"(POLYGON|MULTIPOLYGON|LINESTRING|MULTILINESTRING|POINT|MULTIPOINT)\s*(?:ZM|Z|M)?\s*(?=\()",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\s*([(),]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)")
_KINDS = {
    "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "LINESTRING": "LineString",
    "MULTILINESTRING": "MultiLineString", "POINT": "Point", "MULTIPOINT": "MultiPoint",
}
_DEPTH = 4


def is_wkt(text: str) -> bool:
    """Tell whether a text begins as a geometry in WKT or EWKT."""
    return _START.match(text[:200]) is not None


def read_wkt(text: str, where: str) -> tuple[dict[str, Any], str | None]:
    """Give a geometry in the shape of GeoJSON, and the system an ``SRID=…;`` states.

    Raises
    ------
    UnusableInput
        ``exchange.not-wkt``: brackets or numbers do not make a geometry.
    """
    head = _START.match(text)
    if head is None:
        raise UnusableInput("exchange.not-wkt", where=where)
    tokens = _tokens(text, head.end(), where)
    next(tokens)
    inside = _group(tokens, where, _DEPTH)
    if next(tokens, None) is not None:
        raise UnusableInput("exchange.not-wkt", where=where)
    kind = _KINDS[head[2].upper()]
    if kind == "Point":
        inside = inside[0] if inside else []
    if kind == "MultiPoint":
        inside = [one[0] if one and isinstance(one[0], list) else one for one in inside]
    crs = systems.normalise(f"EPSG:{head[1]}") if head[1] and int(head[1]) else None
    return {"type": kind, "coordinates": inside}, crs


def _tokens(text: str, start: int, where: str) -> Iterator[str]:
    text = text.rstrip(" \t\r\n;")
    while start < len(text):
        found = _TOKEN.match(text, start)
        if found is None:
            raise UnusableInput("exchange.not-wkt", where=where)
        start = found.end()
        yield found[1]


def _group(tokens: Iterator[str], where: str, depth: int) -> list[Any]:
    """Read up to the closing bracket: groups, or positions separated by commas."""
    if depth == 0:
        raise UnusableInput("exchange.too-deep", where=where, limit=_DEPTH)
    items: list[Any] = []
    position: list[float] = []
    for token in tokens:
        if token == "(":
            items.append(_group(tokens, where, depth - 1))
        elif token in ",)":
            if position:
                items.append(position)
                position = []
            if token == ")":
                return items
        else:
            position.append(float(token))
    raise UnusableInput("exchange.not-wkt", where=where)
