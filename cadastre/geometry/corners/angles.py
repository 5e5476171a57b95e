"""Read one angle, however its marks were printed, lost or misread.

An angle arrives as numbers with the mark that followed each of them. Well-formed angles have one
reading and must respect their bounds; damaged ones yield every reading that does, likeliest first.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.cells import Candidate

DEGREE_PER_GRADE = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """A number of an angle and the mark after it: ``°``, ``'``, ``"``, ``g``, another, or none."""

    digits: str
    mark: str = ""

    @property
    def whole(self) -> str:
        """The digits before the decimal mark."""
        return self.digits.partition(".")[0]

    @property
    def decimals(self) -> str:
        """The digits after the decimal mark."""
        return self.digits.partition(".")[2]

    @property
    def number(self) -> float:
        """The number itself."""
        return float(self.digits)


def read_angle(parts: tuple[Part, ...], text: str) -> tuple[Candidate, ...]:
    """Give every reading of an angle in degrees, unsigned, likeliest first; none if unreadable.

    Raises
    ------
    UnusableInput
        ``corners.minutes-too-large`` or ``corners.seconds-too-large``: the angle is plainly marked
        and cannot be meant.
    """
    if any(part.mark == "g" for part in parts):
        return _grades(parts)
    if len(parts) == 3:
        return _three(parts, text)
    if len(parts) == 2:
        return _two(*parts, text)
    return _one(parts[0]) if len(parts) == 1 else ()


def sexagesimal(degrees: int, minutes: float, seconds: float = 0.0) -> float:
    """Put degrees, minutes and seconds together."""
    return degrees + (minutes * 60 + seconds) / 3600


def _grades(parts: tuple[Part, ...]) -> tuple[Candidate, ...]:
    if len(parts) != 1:
        return ()
    return (Candidate(parts[0].number * DEGREE_PER_GRADE, f"{parts[0].digits} gr"),)


def _three(parts: tuple[Part, ...], text: str) -> tuple[Candidate, ...]:
    degrees, minutes, seconds = parts
    if degrees.decimals or minutes.decimals:
        return ()
    _refuse_sixty(minutes, seconds, text)
    if len(degrees.whole) > 3 or len(minutes.whole) > 2:
        return ()
    marks = degrees.mark + minutes.mark + seconds.mark
    repair = None
    if marks and not _in_order(marks):
        repair = "corners.mark-misread"
    elif marks and (not degrees.mark or not minutes.mark):
        repair = "corners.mark-lost"
    return (_dms(degrees.whole, minutes.whole, seconds.digits, repair),)


def _in_order(marks: str) -> bool:
    """Tell whether the marks present are of the right kind and in their order."""
    return marks in {"°'\"", "°'", '°"', "'\"", "°", '"'} or marks == "°''"


def _refuse_sixty(minutes: Part, seconds: Part | None, text: str) -> None:
    if minutes.number >= 60:
        raise UnusableInput(
            "corners.minutes-too-large", where=text, read=text, value=minutes.digits
        )
    if seconds is not None and seconds.number >= 60:
        raise UnusableInput(
            "corners.seconds-too-large", where=text, read=text, value=seconds.digits
        )


def _two(first: Part, second: Part, text: str) -> tuple[Candidate, ...]:
    if first.decimals:
        return ()
    if len(first.whole) > 3:
        return _glued_degrees(first, second)
    if len(second.whole) > 2:
        return _glued_minutes(first.whole, second)
    if first.mark == "°" and second.mark == '"':
        # 9°16" was either 9°16' or 9°00'16": both are kept.
        return tuple(
            _dms(first.whole, minutes, seconds, "corners.mark-misread")
            for minutes, seconds in ((second.digits, "0"), ("0", second.digits))
            if float(minutes) < 60 and float(seconds) < 60
        )
    _refuse_sixty(second, None, text)
    value = sexagesimal(int(first.whole), second.number)
    repair = None if first.mark + second.mark in {"", "°", "°'", "'"} else "corners.mark-misread"
    return (Candidate(value, f"{int(first.whole)}°{_comma(second.digits)}'", repair),)


def _glued_minutes(degrees: str, rest: Part) -> tuple[Candidate, ...]:
    """Cut ``4815,7`` (the minute mark is lost) into 48' 15,7"."""
    found = []
    digits = rest.whole
    for cut in (2, 1):
        minutes, seconds = digits[:cut], digits[cut:]
        for read in _seconds(seconds, rest.decimals):
            if int(minutes) < 60 and float(read) < 60:
                found.append(_dms(degrees, minutes, read, "corners.mark-lost"))
    return _distinct(found)


def _seconds(digits: str, decimals: str) -> list[str]:
    """Give the ways to read the digits left for seconds."""
    if len(digits) in (1, 2):
        return [f"{digits}.{decimals}" if decimals else digits]
    if 3 <= len(digits) <= 6 and not decimals:
        return [f"{digits[:2]}.{digits[2:]}"]
    return []


def _glued_degrees(first: Part, seconds: Part) -> tuple[Candidate, ...]:
    """Cut ``1101`` before seconds into degrees and minutes; a 0 between may be a degree sign."""
    found = []
    if len(seconds.whole) > 2 or seconds.number >= 60:
        return ()
    whole = first.whole
    for size in (2, 1, 3):
        rest = whole[size:]
        for minutes in (rest, rest[1:] if rest.startswith("0") else ""):
            if len(minutes) == 2 and int(minutes) < 60:
                found.append(_dms(whole[:size], minutes, seconds.digits, "corners.mark-lost"))
    return _distinct(found)


def _one(part: Part) -> tuple[Candidate, ...]:
    if len(part.whole) <= 3:
        return (Candidate(part.number, f"{_comma(part.digits)}°"),)
    found = []
    for size in (1, 2, 3):
        degrees, minutes = part.whole[:size], part.whole[size : size + 2]
        for read in _seconds(part.whole[size + 2 :], part.decimals):
            if len(minutes) == 2 and int(minutes) < 60 and float(read) < 60:
                found.append(_dms(degrees, minutes, read, "corners.mark-lost"))
    return _distinct(found)


def _dms(degrees: str, minutes: str, seconds: str, repair: str | None) -> Candidate:
    value = sexagesimal(int(degrees), float(minutes), float(seconds))
    whole, _, decimals = seconds.partition(".")
    written = f"{int(whole):02d}" + (f",{decimals}" if decimals else "")
    return Candidate(value, f"{int(degrees)}°{_two_digits(minutes)}'{written}\"", repair)


def _two_digits(minutes: str) -> str:
    return f"{int(minutes):02d}" if minutes.isdigit() else _comma(minutes)


def _comma(digits: str) -> str:
    return digits.replace(".", ",")


def _distinct(found: list[Candidate]) -> tuple[Candidate, ...]:
    kept: dict[float, Candidate] = {}
    for candidate in found:
        if candidate.value <= 180:
            kept.setdefault(round(candidate.value, 10), candidate)
    return tuple(kept.values())
