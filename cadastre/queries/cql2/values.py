"""Take the literals of a filter only in the type of their column, and shapes only when sound."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import literal

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.queries.cql2.tree import GEOMETRY_TYPES, Node, not_supported
from cadastre.queries.visibility import Field

MOST_CORNERS = 500


def value_of(field: Field, given: Node) -> Any:
    """Take a literal only in the type of its column.

    Raises
    ------
    UnusableInput
        ``filter.wrong-type``.
    """
    wanted = field.type
    if wanted in ("string", "array") and isinstance(given, str) and "\0" not in given:
        return given
    if wanted in ("number", "integer") and is_number(given):
        return literal(float(given)) if wanted == "number" else given
    if wanted == "boolean" and isinstance(given, bool):
        return given
    if wanted in ("date", "date-time"):
        moment = moment_of(given)
        if moment is not None:
            return _day(moment) if wanted == "date" else _instant(moment)
    raise wrong_type(field, given)


def is_number(given: Any) -> bool:
    """Tell whether something is a finite number that a column can be compared with."""
    is_numeric = isinstance(given, (int, float)) and not isinstance(given, bool)
    return is_numeric and math.isfinite(given) and abs(given) < 1e15


def moment_of(given: Node) -> dt.date | dt.datetime | None:
    """Read a day or an instant: a text of ISO 8601, alone or as ``date`` or ``timestamp``."""
    if isinstance(given, dict):
        given = given.get("date", given.get("timestamp"))
    if not isinstance(given, str):
        return None
    try:
        if len(given) <= len("2026-11-24"):
            return dt.date.fromisoformat(given)
        return _instant(dt.datetime.fromisoformat(given))
    except ValueError:
        return None


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _instant(moment: dt.date) -> dt.datetime:
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time.min, dt.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def shape_of(node: Node, crs: str, north_first: bool = False) -> BaseGeometry:
    """Make the geometry of a literal, capped before any library compares it, in EPSG:4326.

    Raises
    ------
    UnusableInput
        ``http.not-a-box``, ``http.too-many-corners``, ``filter.not-sound``,
        ``filter.not-supported``.
    """
    if not isinstance(node, dict):
        raise not_supported(str(node))
    if "bbox" in node:
        made = _box(node["bbox"])
    elif str(node.get("type", "")).lower() in GEOMETRY_TYPES[:-1]:
        made = _geometry(node)
    else:
        raise not_supported(str(node.get("type", next(iter(node), ""))))
    if shapely.count_coordinates(made) > MOST_CORNERS:
        raise UnusableInput("http.too-many-corners", where="filter", most=MOST_CORNERS)
    flat: BaseGeometry = shapely.force_2d(made)
    if flat.is_empty or not np.isfinite(shapely.get_coordinates(flat)).all() or not flat.is_valid:
        raise UnusableInput("filter.not-sound", where="filter")
    is_stored = systems.normalise(crs) == systems.WGS84 and not north_first
    return flat if is_stored else _moved(flat, crs, north_first)


def _moved(flat: BaseGeometry, crs: str, north_first: bool) -> BaseGeometry:
    def to_lonlat(corners: Any) -> Any:
        first, second = corners.T.tolist()
        xs, ys = (second, first) if north_first else (first, second)
        return np.column_stack(systems.to_lonlat(crs, xs, ys))

    return shapely.transform(flat, to_lonlat)


def _box(numbers: Node) -> BaseGeometry:
    is_box = isinstance(numbers, list) and len(numbers) in (4, 6) and all(map(is_number, numbers))
    if not is_box:
        raise UnusableInput("http.not-a-box", where="filter", given=str(numbers)[:80])
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    return shapely.box(*numbers)


def _geometry(node: dict[str, Any]) -> BaseGeometry:
    try:
        return shape(node)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError,
            shapely.errors.ShapelyError):  # fmt: skip
        raise UnusableInput("filter.not-sound", where="filter") from None


def wrong_type(field: Field, given: Any) -> UnusableInput:
    """Say that a value is not of its column's type."""
    return UnusableInput(
        "filter.wrong-type", where=field.name, given=str(given)[:60], expected=field.type
    )
