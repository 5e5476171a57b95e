"""Hold coordinates written in an old record against the ground drawn for it.

Old registers keep both: a text in the plane of their time, and a shape on a map. Where they differ
by one constant step, a datum was mistaken; where they differ anyhow, one of them was changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import from_lonlat, is_geographic

# Lengths are bounded: a column of a hundred thousand digits must not keep the search busy.
_PAIR = re.compile(r"(?<![\d.])(-?\d{1,12}(?:\.\d{1,20})?)[\s;]{1,9}(-?\d{1,12}(?:\.\d{1,20})?)")
_PAIR_WITH_COMMAS = re.compile(
    r"(?<!\d)(-?\d{1,12}(?:,\d{1,20})?)[\s;]{1,9}(-?\d{1,12}(?:,\d{1,20})?)"
)
_LONGEST = 200_000
STEADY = 0.1  # offsets that vary less than this part of their length are one step
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class DeclaredSystems:
    """In which systems declared coordinates may be: by leading digit of the easting, and others.

    ``by_digit`` serves Gauss-Krüger zones, whose number leads the easting; ``always`` holds when
    there is no such rule. ``others`` are systems to try when the expected one does not fit: each is
    a list by leading digit or under ``*``.
    """

    always: str | None = None
    by_digit: Mapping[str, str] | None = None
    others: Sequence[Mapping[str, str]] = ()

    def expected(self, easting: float) -> str | None:
        """Give the system expected for an easting."""
        if self.by_digit:
            return self.by_digit.get(str(int(abs(easting)))[:1])
        return self.always

    def alternatives(self, easting: float) -> list[str]:
        """List the systems a mistake may have put it in."""
        digit = str(int(abs(easting)))[:1]
        found = [one.get(digit) or one.get("*") for one in self.others]
        return [code for code in found if code]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing said: a doubt's code or None, the greatest gap, the system that fits."""

    doubt: str | None
    gap_m: float | None = None
    crs: str | None = None
    truncated: bool = False


def compare_declared(
    text: str, perimeter: BaseGeometry, systems: DeclaredSystems, tolerance_m: float
) -> Comparison:
    """Compare declared corners with a perimeter in EPSG:4326, corner by corner.

    A text cut off by its column (254 signs in a dBASE table) is compared as far as it goes. Every
    declared corner is held against the nearest corner or side drawn.
    """
    truncated = _is_truncated(text)
    corners = _read(text, truncated)
    if len(corners) < 3:
        return Comparison("coordinates-unreadable", truncated=truncated)
    expected = systems.expected(corners[0, 0])
    if expected is None:
        return Comparison("coordinates-unreadable", truncated=truncated)
    offsets = _offsets(corners, perimeter, expected)
    gap = _greatest(offsets)
    if gap <= tolerance_m:
        return Comparison(None, gap, expected, truncated)
    for code in systems.alternatives(corners[0, 0]):
        other = _greatest(_offsets(corners, perimeter, code))
        if other <= tolerance_m:
            return Comparison("datum-other", gap, code, truncated)
    return Comparison(_sort(offsets), gap, expected, truncated)


def _is_truncated(text: str) -> bool:
    stripped = text.strip()
    return "(" in stripped and stripped.count("(") != stripped.count(")")


def _read(text: str, truncated: bool) -> NDArray[np.float64]:
    # In WKT a comma parts two corners; only a bare list may use it for decimals.
    pattern = _PAIR_WITH_COMMAS if "(" not in text and "." not in text else _PAIR
    read = text[:_LONGEST].rstrip()
    found = list(pattern.finditer(read))
    if truncated and found and found[-1].end() == len(read):
        found.pop()  # its last number may have lost digits
    numbers = [[float(number.replace(",", ".")) for number in pair.groups()] for pair in found]
    return np.array(numbers, dtype=np.float64).reshape(-1, 2)


def _offsets(
    corners: NDArray[np.float64], perimeter: BaseGeometry, crs: str
) -> NDArray[np.float64] | None:
    """Give the step in metres from each declared corner to the nearest drawn; None outside."""
    drawn = shapely.get_coordinates(perimeter)
    try:
        plane = np.column_stack(from_lonlat(crs, *drawn.T.tolist()))
    except UnusableInput:
        return None
    steps = plane[None, :, :] - corners[:, None, :]
    if is_geographic(crs):
        steps = steps * METRES_PER_DEGREE
    nearest = np.hypot(steps[..., 0], steps[..., 1]).argmin(axis=1)
    return np.asarray(steps[np.arange(len(corners)), nearest])


def _greatest(offsets: NDArray[np.float64] | None) -> float:
    return float("inf") if offsets is None else float(np.hypot(*offsets.T).max())


def _sort(offsets: NDArray[np.float64] | None) -> str:
    """Tell one constant step (a datum) from corners that simply differ."""
    if offsets is None:
        return "coordinates-differ"
    middle = np.median(offsets, axis=0)
    length = float(np.hypot(*middle))
    spread = float(np.hypot(*(offsets - middle).T).max())
    return "datum-differs" if length > 0 and spread <= STEADY * length else "coordinates-differ"
