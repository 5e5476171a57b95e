"""Find whether one common displacement explains an overlap, where no datum change is published.

Corners of an old datum that were read as WGS 84 lie off by one vector, the same for all of them to
less than a metre over a permit. Where nobody published that vector (Lomé: EPSG has only a change of
ellipsoid, without a shift), it cannot be computed; but two neighbours that shared a border before
one was misread still tell it: displaced back, corners of one fall on corners of the other. The
search keeps within the radius that the ruleset declares and invents no parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import project, rings_of, unproject
from cadastre.rules.resolution.situation import Side, Situation

LEAST_M = 3.0  # less is the rounding of corners
TOLERANCE_M = 2.0  # between a corner displaced back and the one it falls on
LEAST_MATCHES = 2  # one corner falls on another by chance
MAX_CORNERS = 120


def displacements(
    situation: Situation, side: Side, other: Side
) -> Iterator[tuple[BaseGeometry, int, dict[str, Any]]]:
    """Give the displaced ground, how many corners then meet, and the values of its sentence.

    A displacement by whole steps of the grid of the law explains nothing: corners that are round
    before and after were read in the right system.
    """
    radius = situation.datum_search_m
    mine, theirs = (_corners(situation, one.ground) for one in (side, other))
    if not radius or not 0 < len(mine) * len(theirs) <= MAX_CORNERS**2:
        return
    vector, matches = _best(mine, theirs, radius, situation.grid_step_m)
    if matches < LEAST_MATCHES:
        return
    east, north = (float(part) for part in vector)
    moved = unproject(translate(project(side.ground, situation.crs), east, north), situation.crs)
    values = {
        "east": round(east, 1), "north": round(north, 1), "metres": round(math.hypot(east, north)),
        "matches": matches, "radius": round(radius),
    }  # fmt: skip
    yield moved, matches, values


def _corners(situation: Situation, ground: BaseGeometry) -> np.ndarray:
    plane = project(ground, situation.crs)
    return np.array([(c.x, c.y) for ring in rings_of(plane) for c in ring.corners]).reshape(-1, 2)


def _best(
    mine: np.ndarray, theirs: np.ndarray, radius: float, step: float | None
) -> tuple[np.ndarray, int]:
    """Find the vector that brings most corners of one onto corners of the other."""
    all_vectors = (theirs[:, None, :] - mine[None, :, :]).reshape(-1, 2)
    lengths = np.hypot(*all_vectors.T)
    vectors = all_vectors[(lengths > LEAST_M) & (lengths <= radius)]
    if step:
        off = np.abs(vectors - np.round(vectors / step) * step)
        vectors = vectors[(off > TOLERANCE_M / 2).any(axis=1)]
    best, most = np.zeros(2), 0
    for vector in vectors:
        near = np.hypot(*(all_vectors - vector).T) <= TOLERANCE_M
        # Pairs of different corners of mine: the same corner may fall near two of theirs.
        count = len(np.unique(np.flatnonzero(near) % len(mine)))
        if count > most:
            best, most = all_vectors[near].mean(axis=0), count
    return best, most
