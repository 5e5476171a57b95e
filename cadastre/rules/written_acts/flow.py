"""The words of an act as one running text in which every passage knows where it was printed."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cadastre.geometry.corners.characters import fold
from cadastre.rules.written_acts.page import Box, Line, Word, around

UNSURE = 80.0  # tesseract's confidence under which a word is doubted
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
    "octobre", "novembre", "decembre",
)  # fmt: skip
DAY = rf"(1er|\d{{1,2}})\s+({'|'.join(MONTHS)})\s+(\d{{4}})|(\d{{1,2}})[/.](\d{{1,2}})[/.](\d{{4}})"
_DAY = re.compile(DAY)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something an act says: what it is taken for, as written, where, and why it is doubted.

    ``value`` is None when nothing was found; ``box`` is on ``page`` (from 0).
    """

    field: str
    value: str | None
    written: str = ""
    page: int = 0
    box: Box | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The running text: words one space apart, and folded for searching, sign for sign."""

    text: str
    folded: str
    starts: tuple[int, ...]
    words: tuple[tuple[int, Word], ...] = field(repr=False)

    def fact(
        self, name: str, value: str | None, start: int, end: int, doubts: Sequence[str] = ()
    ) -> Fact:
        """Give a fact with its passage: signs ``start`` to ``end`` of the text."""
        first = max(bisect.bisect_right(self.starts, start) - 1, 0)
        last = max(bisect.bisect_left(self.starts, end), first + 1)
        spoken = self.words[first:last]
        page = spoken[0][0]
        box = around(word.box for at, word in spoken if at == page)
        reasons = list(doubts)
        if any(word.sure < UNSURE for _, word in spoken):
            reasons.append("acts-read.unsure")
        return Fact(name, value, self.text[start:end], page, box, tuple(dict.fromkeys(reasons)))


def flow_of(lines: Sequence[Line]) -> Flow:
    """Run the lines of an act together."""
    words = [(line.page, word) for line in lines for word in line.words]
    starts, at = [], 0
    for _, word in words:
        starts.append(at)
        at += len(word.text) + 1
    text = " ".join(word.text for _, word in words)
    return Flow(text, fold(text), tuple(starts), tuple(words))


def read_day(written: str) -> dt.date | None:
    """Read a day as French orders write it (``1er mars 2018``, ``02/01/2018``)."""
    found = _DAY.search(fold(written))
    if found is None:
        return None
    day, month, year, other_day, other_month, other_year = found.groups()
    try:
        if month:
            number = 1 if day == "1er" else int(day)
            return dt.date(int(year), MONTHS.index(month) + 1, number)
        return dt.date(int(other_year), int(other_month), int(other_day))
    except ValueError:
        return None
