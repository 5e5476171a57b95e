"""Write a coordinate as it was printed, and try every slip of one digit in it.

A slip is one digit mistaken for another, or two neighbouring digits swapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

DEFAULT_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Slip:
    """A coordinate with one slip put right: what was printed, what may have been meant."""

    printed: str
    meant: str
    value: float


def is_sexagesimal(text: str) -> bool:
    """Tell whether a corner was printed in degrees, minutes and seconds."""
    return bool(re.search(r"[°º]|\d\s*['′’]|\d\s*d\s*\d", text))


def slips(value: float, text: str, *, metres: bool) -> Iterator[Slip]:
    """List what a coordinate may have been, had one digit slipped.

    Parameters
    ----------
    value
        As read: metres, or signed degrees.
    text
        The corner as printed, from which the manner of writing is taken.
    """
    if not metres and is_sexagesimal(text):
        yield from _sexagesimal(value, _decimals_of_seconds(text))
        return
    decimals = _decimals(value, text, metres=metres)
    printed = f"{abs(value):.{decimals}f}"
    for meant in _slipped(printed):
        yield Slip(_signed(printed, value), _signed(meant, value), _sign(value) * float(meant))


def _sexagesimal(value: float, decimals: int) -> Iterator[Slip]:
    unit = 10**decimals
    total = round(abs(value) * 3600 * unit)
    degrees, rest = divmod(total, 3600 * unit)
    minutes, seconds = divmod(rest, 60 * unit)
    width = 3 + decimals if decimals else 2
    parts = [f"{degrees:d}", f"{minutes:02d}", f"{seconds / unit:0{width}.{decimals}f}"]
    for place, part in enumerate(parts):
        for meant in _slipped(part):
            changed = [*parts[:place], meant, *parts[place + 1 :]]
            d, m, s = (float(one) for one in changed)
            if m < 60 and s < 60:
                degrees_meant = _sign(value) * (d + m / 60 + s / 3600)
                yield Slip(_marked(parts, value), _marked(changed, value), degrees_meant)


def _slipped(printed: str) -> Iterator[str]:
    """Change one digit, or swap two that differ."""
    places = [place for place, sign in enumerate(printed) if sign.isdigit()]
    for place in places:
        for digit in "0123456789":
            if digit != printed[place]:
                yield printed[:place] + digit + printed[place + 1 :]
    for one, two in pairwise(places):
        if printed[one] != printed[two]:
            signs = list(printed)
            signs[one], signs[two] = signs[two], signs[one]
            yield "".join(signs)


def _decimals(value: float, text: str, *, metres: bool) -> int:
    """Give the number of decimals the value was printed with."""
    bare = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)", "", text).replace(",", ".")
    for number in re.findall(r"\d+(?:\.\d+)?", bare):
        if abs(float(number) - abs(value)) < 1e-9:
            return len(number.partition(".")[2])
    return 0 if metres else DEFAULT_DECIMALS


def _decimals_of_seconds(text: str) -> int:
    found = re.search(r"\d[.,](\d+)\s*(?:\"|″|”|''|′′|s)", text)
    return min(len(found[1]), 4) if found else 0


def _sign(value: float) -> int:
    return -1 if value < 0 else 1


def _signed(number: str, value: float) -> str:
    return f"-{number}" if value < 0 else number


def _marked(parts: list[str], value: float) -> str:
    return f"{'-' if value < 0 else ''}{parts[0]}°{parts[1]}'{parts[2]}\""
