"""The shapes a row of plain numbers can have, and when numbers can be coordinates at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cadastre.geometry.corners.angles import sexagesimal
from cadastre.geometry.corners.cells import Candidate, Cell, Unit
from cadastre.geometry.corners.numbers import Number

# Eastings reach beyond the nominal zone (889 647 in zone 28 is printed by real orders).
_EASTING_M = (50_000.0, 1_300_000.0)
_NORTHING_M = (0.0, 10_500_000.0)
_LONE_M = 10_000.0
# Nearer the equator than this only a northing with decimals is believed; 1 and 436 are labels or
# parts.
_BARE_M = 1_000.0


def is_metre(number: Number) -> bool:
    """Tell whether a number alone can be an easting or a northing."""
    return _LONE_M <= number.value <= _NORTHING_M[1] and number.decimals <= 4


def is_degree(number: Number) -> bool:
    """Tell whether a number alone can be decimal degrees."""
    return abs(number.value) <= 180 and number.decimals >= 1 and not number.thousands


def is_easting(value: float) -> bool:
    """Tell whether metres can be an easting."""
    return _EASTING_M[0] <= value <= _EASTING_M[1]


def is_northing(value: float) -> bool:
    """Tell whether metres can be a northing."""
    return _NORTHING_M[0] <= value <= _NORTHING_M[1]


def _metres(values: tuple[float, ...]) -> bool:
    a, b = values
    return (is_easting(a) and is_northing(b)) or (is_easting(b) and is_northing(a))


def _degrees(values: tuple[float, ...]) -> bool:
    a, b = (abs(value) for value in values)
    return max(a, b) <= 180 and min(a, b) <= 90


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row of numbers is read as; ``rank`` breaks ties, the more particular shape first."""

    name: str
    unit: Unit
    count: int
    accepts_values: Callable[[tuple[float, ...]], bool]
    rank: int = 0

    def accepts(self, numbers: tuple[Number, ...]) -> bool:
        """Tell whether numbers can be a row of this shape."""
        if sum(number.irregular for number in numbers) > 1:
            return False
        if self.unit is Unit.METRE and any(
            number.value < _BARE_M and not number.decimals for number in numbers[:2]
        ):
            return False
        if self.name == "degrees" and not any(number.decimals for number in numbers):
            return False
        if self.unit is Unit.DEGREE and any(number.thousands for number in numbers):
            return False
        if self.name == "both" and not all(number.decimals for number in numbers[2:]):
            return False
        return self.accepts_values(tuple(number.value for number in numbers))

    def cells(self, numbers: tuple[Number, ...]) -> list[Cell]:
        """Give the coordinates of a row: two, or four when both systems are printed."""
        if self.name in {"dms", "dm"}:
            half = len(numbers) // 2
            return [_sexagesimal_cell(numbers[:half]), _sexagesimal_cell(numbers[half:])]
        if self.name == "both":
            return [self.cell(n, Unit.METRE) for n in numbers[:2]] + [
                self.cell(n, Unit.DEGREE) for n in numbers[2:]
            ]
        return [self.cell(number, self.unit) for number in numbers]

    @staticmethod
    def cell(number: Number, unit: Unit) -> Cell:
        """Make a cell of one number."""
        repair = "corners.irregular-thousands" if number.irregular else None
        assumed = f"{abs(number.value):.{min(number.decimals, 17)}f}"
        sign = -1 if number.value < 0 else None
        candidate = Candidate(abs(number.value), assumed, repair)
        return Cell(number.text, (candidate,), unit, sign=sign)


def _sexagesimal_cell(numbers: tuple[Number, ...]) -> Cell:
    degrees, *rest = numbers
    seconds = rest[1].value if len(rest) == 2 else 0.0
    value = sexagesimal(int(abs(degrees.value)), rest[0].value, seconds)
    text = " ".join(number.text for number in numbers)
    sign = -1 if degrees.text.startswith("-") else None
    return Cell(text, (Candidate(value, text),), Unit.DEGREE, sign=sign)


def _both(values: tuple[float, ...]) -> bool:
    return _metres(values[:2]) and _degrees(values[2:])


def _is_sexagesimal(values: tuple[float, ...]) -> bool:
    degrees, *rest = values
    whole = degrees == int(degrees) and all(part == int(part) for part in rest[:-1])
    return whole and abs(degrees) <= 180 and all(0 <= part < 60 for part in rest)


def _dms(values: tuple[float, ...]) -> bool:
    return _is_sexagesimal(values[:3]) and _is_sexagesimal(values[3:])


def _dm(values: tuple[float, ...]) -> bool:
    return _is_sexagesimal(values[:2]) and _is_sexagesimal(values[2:])


SHAPES = (
    Shape("metres", Unit.METRE, 2, _metres, 2),
    Shape("degrees", Unit.DEGREE, 2, _degrees, 3),
    Shape("both", Unit.METRE, 4, _both, 4),
    Shape("dms", Unit.DEGREE, 6, _dms, 1),
    Shape("dm", Unit.DEGREE, 4, _dm, 0),
)
