"""Draw plausible perimeters in metres of UTM 31N: rectangles, L, T, slanted, pierced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from cadastre.services.demonstration.printing import Part, Position

GRID_M = 100


def snapped(value: float, step: int = GRID_M) -> float:
    """Give the nearest multiple of a step."""
    return float(round(value / step) * step)


def rectangle(x: float, y: float, width: float, height: float) -> list[Position]:
    """Give a rectangle from its south-west corner, first corner north-west, then clockwise."""
    return [(x, y + height), (x + width, y + height), (x + width, y), (x, y)]


def research_parts(random: Random, x: float, y: float) -> list[Part]:
    """Draw a research perimeter about a centre: mostly a rectangle of the grid, below 200 km²."""
    width = snapped(random.uniform(4_000, 15_000))
    height = snapped(min(random.uniform(3_500, 13_000), 198e6 / width - GRID_M))
    west, south = snapped(x - width / 2), snapped(y - height / 2)
    draw = random.random()
    if draw < 0.12:
        return [(t_shape(west, south, width, height), [])]
    if draw < 0.24:
        return [(l_shape(west, south, width, height), [])]
    if draw < 0.32:
        hole = rectangle(west + snapped(width / 3), south + snapped(height / 3),
                         snapped(width / 5), snapped(height / 5))  # fmt: skip
        return [(rectangle(west, south, width, height), [hole])]
    if draw < 0.40:
        half = snapped(width / 2 - 300)
        return [
            (rectangle(west, south, half, height), []),
            (rectangle(west + half + 600, south, half, snapped(height * 0.7)), []),
        ]
    return [(rectangle(west, south, width, height), [])]


def l_shape(x: float, y: float, width: float, height: float) -> list[Position]:
    """Give a rectangle without its north-east quarter."""
    mid_x, mid_y = x + snapped(width / 2), y + snapped(height / 2)
    return [(x, y + height), (mid_x, y + height), (mid_x, mid_y), (x + width, mid_y),
            (x + width, y), (x, y)]  # fmt: skip


def t_shape(x: float, y: float, width: float, height: float) -> list[Position]:
    """Give a bar with a stem to the south in its middle."""
    left, right = x + snapped(width / 3), x + snapped(2 * width / 3)
    bar = y + snapped(height / 2)
    return [(x, y + height), (x + width, y + height), (x + width, bar), (right, bar),
            (right, y), (left, y), (left, bar), (x, bar)]  # fmt: skip


def slanted_parts(random: Random, x: float, y: float, area_m2: float) -> list[Part]:
    """Draw a convex polygon of four to seven slanted sides with about an area, corners on 10 m."""
    count = random.choice((4, 4, 5, 6, 7))
    start = random.uniform(0, 2 * math.pi)
    stretch = random.uniform(0.7, 1.4)
    radius = math.sqrt(area_m2 / (0.5 * count * math.sin(2 * math.pi / count)))
    step = 10 if area_m2 > 300_000 else 1
    corners = []
    for index in range(count):
        turn = start - 2 * math.pi * (index + random.uniform(-0.15, 0.15)) / count
        corners.append(
            (
                snapped(x + radius * stretch * math.cos(turn), step),
                snapped(y + radius / stretch * math.sin(turn), step),
            )
        )
    return [(corners, [])]


def western_half(parts: Sequence[Part]) -> list[Part]:
    """Give the western half of a perimeter's box on the grid: what is kept after giving up half."""
    xs = [x for outer, _ in parts for x, _ in outer]
    ys = [y for outer, _ in parts for _, y in outer]
    # A little less than half, so that rounding to the grid never keeps more than the law lets.
    width = math.floor((max(xs) - min(xs)) / 2 / GRID_M) * GRID_M
    return [(rectangle(min(xs), min(ys), float(width), max(ys) - min(ys)), [])]
