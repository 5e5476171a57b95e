"""Make perimeters of what some registers keep in place of shapes: a row a corner, or a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import CadastreError
from cadastre.geometry.crs import WGS84
from cadastre.rules.ruleset import Ruleset
from cadastre.services.legacy.mapping import Corners, Mapping
from cadastre.services.legacy.values import text_of
from cadastre.services.readings import read_input

LONGEST_TEXT = 50_000
RawRow = tuple[dict[str, Any], BaseGeometry | None]


def rows_of(rows: Iterable[RawRow], mapping: Mapping) -> Iterator[RawRow]:
    """Give a row a right: as they come, or the corners of each number gathered into one.

    A right takes what its first corner says; the rows of all its corners are kept beside. Corners
    without a number make rights of their own, so that no row is lost.
    """
    if mapping.corners is None:
        yield from rows
        return
    gathered: dict[str, list[dict[str, Any]]] = {}
    for place, (raw, _) in enumerate(rows):
        number = text_of(raw.get(mapping.fields.get("number", "")))
        gathered.setdefault(number or f"\x00{place}", []).append(raw)
    for corners in gathered.values():
        yield corners[0] | {"corners": corners}, _outline(corners, mapping.corners)


def _outline(rows: list[dict[str, Any]], columns: Corners) -> Polygon | None:
    """Join corners in the order of the file, or of their column of order."""
    order = columns.order
    if order is not None:
        rows = sorted(rows, key=lambda row: _place(row.get(order)))
    try:
        points = [(_number(row.get(columns.x)), _number(row.get(columns.y))) for row in rows]
    except ValueError:
        return None  # one corner that cannot be read: no outline is better than another one
    return Polygon(points) if len(set(points)) >= 3 else None


def _number(cell: Any) -> float:
    return float("".join(str(cell).split()).replace(",", "."))


def _place(cell: Any) -> tuple[bool, float, str]:
    """Order numbers as numbers, and letters after them."""
    try:
        return False, _number(cell), ""
    except ValueError:
        return True, 0.0, str(cell)


def drawn_from_text(
    written: str, mapping: Mapping, ruleset: Ruleset
) -> tuple[BaseGeometry, str] | None:
    """Read the corners that a cell holds in words, as a pasted decree is read.

    Give the perimeter and its system; None where it is doubtful or not one perimeter.
    """
    stated = None if mapping.coordinates is None else mapping.coordinates.always
    try:
        readings = read_input(
            ruleset, written[:LONGEST_TEXT].encode(), crs=stated or mapping.crs
        )
    except CadastreError:
        return None
    if len(readings) != 1 or readings[0].questions or readings[0].perimeter is None:
        return None
    return readings[0].perimeter, WGS84
