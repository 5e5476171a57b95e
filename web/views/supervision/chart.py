"""Lay out small charts as SVG: a few numbers need no library and no script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cadastre.sentences import write_day

WIDTH, HEIGHT = 320.0, 96.0
GAP = 0.25  # between bars, as a part of a step


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar: its box, and the words it stands for."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of numbers, and the same numbers in words for whoever cannot see it."""

    marks: tuple[Mark, ...]
    points: str
    top: int
    first: str
    last: str
    words: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.marks and not self.points


def bars(values: Sequence[tuple[str, int]], _language: str) -> Chart:
    """Draw one bar a month."""
    top = max((value for _, value in values), default=0)
    step = WIDTH / max(1, len(values))
    marks = tuple(
        Mark(
            round(place * step + step * GAP / 2, 1),
            round(HEIGHT - _height(value, top), 1),
            round(step * (1 - GAP), 1),
            round(_height(value, top), 1),
            f"{name}: {value}",
        )
        for place, (name, value) in enumerate(values)
    )
    names = [name for name, _ in values] or [""]
    return Chart(marks, "", top, names[0], names[-1], "; ".join(mark.words for mark in marks))


def line(values: Sequence[tuple[dt.date, int]], language: str) -> Chart:
    """Draw a line through days; one day alone is no line."""
    if len(values) < 2:
        return Chart((), "", 0, "", "", "")
    top = max(value for _, value in values)
    first, last = values[0][0], values[-1][0]
    span = max(1, (last - first).days)
    points = " ".join(
        f"{(day - first).days / span * WIDTH:.1f},{HEIGHT - _height(value, top):.1f}"
        for day, value in values
    )
    words = "; ".join(f"{write_day(day, language, 'short')}: {value}" for day, value in values)
    ends = [write_day(day, language, "short") for day in (first, last)]
    return Chart((), points, top, ends[0], ends[1], words)


def _height(value: int, top: int) -> float:
    return value / top * (HEIGHT - 4) if top else 0.0
