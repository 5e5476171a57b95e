"""Turn what a cell says into our values; what cannot be understood is a finding, never a guess."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from cadastre.units import km2_to_ha

# How many hectares in a unit, by the way people write it.
HECTARES = {"ha": 1.0, "hectare": 1.0, "hectares": 1.0, "km2": km2_to_ha(1), "km²": km2_to_ha(1),
            "m2": 1e-4, "m²": 1e-4, "are": 0.01, "ares": 0.01}  # fmt: skip
AREA = re.compile(r"^\s*([\d\s.,’'\u00a0\u202f]+?)\s*([a-zA-Z]+[2²]?)?\.?\s*$")


def is_missing(cell: Any) -> bool:
    """Tell whether a cell says nothing: empty, NULL, not a number."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip().lower() in ("", "null", "none", "nan", "n/a", "-")


def as_text(cell: Any) -> str:
    """Give a cell as text: whole numbers without the decimal point that a table added."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def as_day(cell: Any, formats: tuple[str, ...]) -> dt.date:
    """Read a day; a bare year is its first day.

    Raises
    ------
    ValueError
        None of the formats fits.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    written = as_text(cell)
    for form in formats:
        try:
            # Days have no time zone: the legal day is the one that is written.
            return dt.datetime.strptime(written, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    if re.fullmatch(r"(?:18|19|20)\d\d", written):
        return dt.date(int(written), 1, 1)
    raise ValueError(written)


def as_number(cell: Any) -> float:
    """Read a number with a decimal comma or point, thousands by space, dot or comma.

    Raises
    ------
    ValueError
        It is no finite number, or a lone separator could be either ("1.234,5" is clear).
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = float(cell)
    else:
        written = re.sub(r"[\s’'\u00a0\u202f]", "", str(cell))
        if "," in written and "." in written:
            thousands = "." if written.rfind(",") > written.rfind(".") else ","
            written = written.replace(thousands, "")
        number = float(written.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(str(cell))
    return number


def as_hectares(cell: Any, unit: str) -> float:
    """Read an area such as ``298,2633 ha`` or ``42,84 km²``; without a unit, the one given.

    Raises
    ------
    ValueError
        No number, or a unit nobody knows.
    """
    if isinstance(cell, (int, float)):
        return as_number(cell) * HECTARES[unit]
    found = AREA.match(str(cell))
    if found is None or (found[2] or unit).lower() not in HECTARES:
        raise ValueError(str(cell))
    return as_number(found[1]) * HECTARES[(found[2] or unit).lower()]


def as_instant(cell: Any, formats: tuple[str, ...], clock: dt.tzinfo) -> dt.datetime:
    """Read an instant; a day alone is its first moment, a time without zone is the country's."""
    if isinstance(cell, dt.datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=clock)
    if isinstance(cell, str):
        try:
            read = dt.datetime.fromisoformat(cell.strip())
            return read if read.tzinfo else read.replace(tzinfo=clock)
        except ValueError:
            pass
    return dt.datetime.combine(as_day(cell, formats), dt.time(), clock)
