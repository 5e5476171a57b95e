"""A shelf of named perimeters, plain and awkward, to pass through each geometry function.

Each shape is a list of (corners, is_exclusion); longitudes first, degrees.
"""

from __future__ import annotations

import math

from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry.perimeter import perimeter_of
from cadastre.geometry.reading import Corner, Ring
from cadastre.geometry.validity import Line, number_lines

Position = tuple[float, float]
Shape = list[tuple[list[Position], bool]]


def square(lon: float, lat: float, size: float = 0.05) -> list[Position]:
    """Draw a square from its south-west corner, counter-clockwise."""
    return [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size)]


def wheel(lon: float, lat: float, corners: int, radius: float = 0.05) -> list[Position]:
    """Draw a regular polygon."""
    turns = [2 * math.pi * i / corners for i in range(corners)]
    return [(lon + radius * math.cos(t), lat + radius * math.sin(t)) for t in turns]


SQUARE: Shape = [(square(1.0, 9.0), False)]

SHAPES: dict[str, Shape] = {
    "square": SQUARE,
    "clockwise": [(square(1.0, 9.0)[::-1], False)],
    "with a hole": [(square(1.0, 9.0), False), (square(1.01, 9.01, 0.01), True)],
    "hole outside": [(square(1.0, 9.0), False), (square(1.2, 9.2, 0.01), True)],
    "hole across the border": [(square(1.0, 9.0), False), (square(1.04, 9.01, 0.03), True)],
    "hole touching": [(square(1.0, 9.0), False), (square(1.0, 9.01, 0.01), True)],
    "holes overlapping": [
        (square(1.0, 9.0), False),
        (square(1.01, 9.01, 0.02), True),
        (square(1.02, 9.02, 0.02), True),
    ],
    "two parts": [(square(1.0, 9.0), False), (square(1.2, 9.0), False)],
    "parts overlapping": [(square(1.0, 9.0), False), (square(1.03, 9.0), False)],
    "parts touching": [(square(1.0, 9.0), False), (square(1.05, 9.0), False)],
    "sliver": [([(1.0, 9.0), (1.1, 9.0), (1.1, 9.00001)], False)],
    "narrow neck": [
        (
            [(1.0, 9.0), (1.02, 9.0), (1.02, 9.00999), (1.03, 9.00999), (1.03, 9.0), (1.05, 9.0),
             (1.05, 9.02), (1.03, 9.02), (1.03, 9.01), (1.02, 9.01), (1.02, 9.02), (1.0, 9.02)],
            False,
        )
    ],
    "bow-tie": [([(1.0, 9.0), (1.05, 9.05), (1.05, 9.0), (1.0, 9.05)], False)],
    "spike": [([(1.0, 9.0), (1.05, 9.0), (1.2, 9.0001), (1.05, 9.0002), (1.05, 9.05), (1.0, 9.05)],
               False)],
    "spike without surface": [
        ([(1.0, 9.0), (1.05, 9.0), (1.05, 9.02), (1.2, 9.02), (1.05, 9.02), (1.05, 9.05),
          (1.0, 9.05)], False)
    ],
    "duplicate corner": [
        ([(1.0, 9.0), (1.05, 9.0), (1.05, 9.0), (1.05, 9.05), (1.0, 9.05)], False)
    ],
    "closed twice": [([*square(1.0, 9.0), (1.0, 9.0)], False)],
    "collinear": [([(1.0, 9.0), (1.02, 9.0), (1.05, 9.0), (1.05, 9.05), (1.0, 9.05)], False)],
    "across Greenwich": [(square(-0.15, 10.9, 0.3), False)],
    "west of Greenwich": [(square(-0.14, 10.9, 0.05), False)],
    "across the antimeridian": [
        ([(179.9, 9.0), (-179.9, 9.0), (-179.9, 9.1), (179.9, 9.1)], False)
    ],
    "self-touching": [
        ([(1.0, 9.0), (1.05, 9.0), (1.05, 9.05), (1.025, 9.0), (1.0, 9.05)], False)
    ],
    "corner twice": [
        ([(1.0, 9.0), (1.02, 9.02), (1.04, 9.0), (1.04, 9.04), (1.02, 9.02), (1.0, 9.04)], False)
    ],
    "empty": [],
    "one corner": [([(1.0, 9.0)], False)],
    "two corners": [([(1.0, 9.0), (1.1, 9.0)], False)],
    "all corners the same": [([(1.0, 9.0)] * 4, False)],
    "on a line": [([(1.0, 9.0), (1.1, 9.0), (1.2, 9.0)], False)],
    "only an exclusion": [(square(1.0, 9.0), True)],
    "tiny": [(square(1.0, 9.0, 1e-7), False)],
    "500 corners": [(wheel(1.0, 9.0, 500), False)],
    "500 corners in a tangle": [
        ([((i * 7919) % 503 / 5030 + 1.0, (i * 104729) % 499 / 4990 + 9.0) for i in range(500)],
         False)
    ],
    "at the pole": [([(0.0, 89.9), (120.0, 89.9), (-120.0, 90.0)], False)],
    "the whole world": [([(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)], False)],
    "in Senegal": [(square(-12.3, 13.0), False)],
    "axes swapped": [([(lat, lon) for lon, lat in square(1.0, 9.0)], False)],
}  # fmt: skip


def lines_of(shape: Shape) -> tuple[Line, ...]:
    """Give a shape as numbered lines."""
    return number_lines(shape)


def rings_of_shape(shape: Shape) -> tuple[Ring, ...]:
    """Give a shape as rings read in longitude and latitude."""
    rings, number = [], 0
    for corners, is_exclusion in shape:
        labelled = []
        for lon, lat in corners:
            number += 1
            labelled.append(Corner(str(number), "", lon, lat, lon, lat))
        rings.append(Ring(tuple(labelled), is_exclusion))
    return tuple(rings)


def polygon_of(shape: Shape) -> Polygon | MultiPolygon:
    """Give a shape as drawn, valid or not."""
    return perimeter_of(shape)
