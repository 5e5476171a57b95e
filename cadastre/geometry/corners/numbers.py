"""Read plain numbers: decimal marks, thousands, and digits that a space has cut.

A number such as ``1.802`` or ``310,840`` cannot be read alone. It is read under a *convention*
(which
mark is decimal, which parts thousands), and the convention is chosen for the whole table: the one
under
which every row makes a corner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

GROUP = re.compile(r"-?\d+(?:[.,]\d+)*")

_LOOKALIKE = re.compile(r"(?<![^\W\d_lIO])[\dlIO]*\d[\dlIO]*(?![^\W\d_lIO])")
_AS_DIGIT = str.maketrans("lIO", "110")
_LEADERS = re.compile(r"-{2,}|—+|_{2,}|\.{3,}")


class Convention(StrEnum):
    """How numbers are written in a table."""

    ENGLISH = "english"  # 1,636,876.15
    FRENCH = "french"  # 1.636.876,15
    LIST = "list"  # 636876.15,1012345.7 : the comma parts columns


_MARKS = {Convention.ENGLISH: (".", ","), Convention.FRENCH: (",", "."), Convention.LIST: (".", "")}


@dataclass(frozen=True, slots=True)
class Group:
    """Digits without a space inside; ``hard`` when a column boundary stands before them."""

    text: str
    start: int
    end: int
    hard: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from one or more groups."""

    value: float
    text: str
    decimals: int
    irregular: bool = False  # groups were not of three digits
    thousands: str = ""  # the mark or space that parted thousands


def read_number(groups: tuple[str, ...], convention: Convention) -> Number | None:
    """Read groups parted by spaces as one number; None when the convention has no such number."""
    text = " ".join(groups)
    if len(groups) == 1:
        return _one(groups[0], convention, text)
    decimal = _MARKS[convention][0]
    whole, _, decimals = groups[-1].partition(decimal)
    pieces = (*groups[:-1], whole)
    if not all(piece.lstrip("-").isdigit() and "-" not in piece[1:] for piece in pieces):
        return None
    if any(piece.startswith("-") for piece in pieces[1:]) or (decimals and not decimals.isdigit()):
        return None
    sizes = [len(piece.lstrip("-")) for piece in pieces]
    regular = sizes[0] <= 3 and all(size == 3 for size in sizes[1:])
    if not regular and not 5 <= sum(sizes) <= 7:
        return None
    value = float("".join(pieces) + (f".{decimals}" if decimals else ""))
    return Number(value, text, len(decimals), irregular=not regular, thousands=" ")


def _one(group: str, convention: Convention, text: str) -> Number | None:
    decimal, thousands = _MARKS[convention]
    whole, found, decimals = group.partition(decimal)
    if decimal in decimals or (decimals and not decimals.isdigit()) or (found and not decimals):
        return None
    if thousands and thousands in whole:
        first, *rest = whole.split(thousands)
        if not 1 <= len(first.lstrip("-")) <= 3 or any(len(piece) != 3 for piece in rest):
            return None
        digits = first + "".join(rest)
        return Number(float(f"{digits}.{decimals or 0}"), text, len(decimals), thousands=thousands)
    if not whole.lstrip("-").isdigit() or len(whole) > 12:
        return None
    return Number(float(f"{whole}.{decimals or 0}"), text, len(decimals))


def mend_digits(text: str) -> tuple[str, dict[str, str]]:
    """Read l and I as 1 and O as 0 inside runs of three digits and more; the length is kept.

    Gives the text and, for each run that was mended, what was printed.
    """
    printed: dict[str, str] = {}

    def mend(found: re.Match[str]) -> str:
        run = found[0]
        if run.isdigit() or len(run) < 3:
            return run
        printed[run.translate(_AS_DIGIT)] = run
        return run.translate(_AS_DIGIT)

    return _LOOKALIKE.sub(mend, text), printed


def find_groups(line: str, convention: Convention) -> list[Group]:
    """Give the groups of digits of a line, with the column boundaries between them."""
    # Leaders between columns are boundaries, never minus signs.
    text = _LEADERS.sub(lambda found: "\t" * len(found[0]), line)
    if convention is Convention.LIST:
        text = re.sub(r",(?=\s?-?\d)", "\t", text)
    groups: list[Group] = []
    end = 0
    for found in GROUP.finditer(text):
        if found.start() > 0 and text[found.start() - 1].isalnum():
            end = found.end()
            continue
        between = text[end : found.start()]
        hard = bool(re.search(r"[^\s]|\t|\s{2,}", between)) or found[0].startswith("-")
        groups.append(Group(found[0], found.start(), found.end(), hard))
        end = found.end()
    return groups


def partitions(
    groups: list[Group], count: int, convention: Convention, *, labelled: bool
) -> list[tuple[str, tuple[Number, ...]]]:
    """Give every way to read groups as an optional number label and ``count`` numbers, in order."""
    if not groups or len(groups) > 4 * count + 1:
        return []
    if labelled:
        label = groups[0].text
        if not label.isdigit() or len(label) > 3:
            return []
        return [(label, numbers) for numbers in _cut(groups[1:], count, convention)]
    return [("", numbers) for numbers in _cut(groups, count, convention)]


def _cut(groups: list[Group], count: int, convention: Convention) -> list[tuple[Number, ...]]:
    if count == 0:
        return [()] if not groups else []
    ways: list[tuple[Number, ...]] = []
    for size in range(1, min(4, len(groups) - count + 1) + 1):
        taken = groups[:size]
        if any(group.hard for group in taken[1:]):
            break
        number = read_number(tuple(group.text for group in taken), convention)
        if number is not None:
            ways += [(number, *rest) for rest in _cut(groups[size:], count - 1, convention)]
    return ways
