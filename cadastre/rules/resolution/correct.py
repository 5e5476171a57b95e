"""Test whether a mistake in the printed corners explains an overlap: datum, axes, side, one digit.

A mistake explains when putting it right removes the overlap and makes the perimeter better than it
was: its corners square, or its area that of the act. Several may explain: a person looks at the
act.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import (
    from_lonlat,
    is_geographic,
    to_lonlat,
    transformation_accuracy_m,
)
from cadastre.geometry.grid import fit
from cadastre.geometry.location import mistakes_of
from cadastre.geometry.overlap import clip_to_free, shared_ground
from cadastre.geometry.perimeter import perimeter_of, project, rings_of
from cadastre.geometry.reading import Corner, Ring
from cadastre.rules.resolution.clip import whole
from cadastre.rules.resolution.datum import displacements
from cadastre.rules.resolution.digits import Slip, slips
from cadastre.rules.resolution.situation import LEFT, RIGHT, Resolution, Side, Situation

MOST = 4  # candidates told of one side
SQUARE = 0.02  # cosine of an angle off by about one degree
BETTER = 0.3  # a slip put right leaves less than this part of what was askew
AREA_TOLERANCE = 0.005
SAME_PLACE = 0.2  # a perimeter that leaves its place altogether was not meant there
MAX_CORNERS = 60
FURTHEST_M = 400_000.0
TRIFLE = 0.01  # part of the overlap that may be left to a border


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake put right: the ground it gives, and how well that fits (smaller is better)."""

    how: str
    ground: BaseGeometry
    misfit: float
    values: dict[str, Any]


def correct(situation: Situation) -> Iterator[Resolution]:
    """Propose the corrections that explain the overlap, of either side, best first."""
    for name, side, other in (
        (LEFT, situation.left, situation.right), (RIGHT, situation.right, situation.left),
    ):  # fmt: skip
        if not side.is_right:
            continue
        best = sorted(_explaining(situation, side, other), key=lambda c: c.misfit)
        for place, candidate in enumerate(_distinct(best)[:MOST], start=1):
            mine, theirs = candidate.ground, other.ground
            after = (mine, theirs) if name == LEFT else (theirs, mine)
            values = {"number": side.number, "how": candidate.how, **candidate.values}
            yield Resolution(f"correct-{name}-{place}", "correct", *after, values=values)


def _explaining(situation: Situation, side: Side, other: Side) -> Iterator[Candidate]:
    found = (*_misread(situation, side), *_slipped(situation, side))
    for tried in (*found, *_displaced(situation, side, other)):
        if tried.ground.is_empty or not tried.ground.is_valid:
            continue
        candidate = _on_cells(tried, side)
        if not situation.meets(candidate.ground, other.ground):
            yield candidate
        elif (trimmed := _trimmed(situation, candidate, other)) is not None:
            yield trimmed


def _on_cells(candidate: Candidate, side: Side) -> Candidate:
    """Give exactly the cells that corrected corners mean, where the right is made of cells."""
    whole_cells = None if side.grid is None else fit(candidate.ground, side.grid)
    return candidate if whole_cells is None else replace(candidate, ground=whole_cells)


def _trimmed(situation: Situation, candidate: Candidate, other: Side) -> Candidate | None:
    """Take off the decimetres by which straight lines between far corners cross a common border."""
    rest = shared_ground(candidate.ground, other.ground).area
    if rest > TRIFLE * situation.shared.area:
        return None
    pieces = clip_to_free(
        candidate.ground, [other.ground],
        model=situation.model, crs=situation.crs, tolerance_m=situation.tolerance_m,
    )  # fmt: skip
    return replace(candidate, ground=whole(pieces)) if len(pieces) == 1 else None


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        if all(not candidate.ground.equals(other.ground) for other in kept):
            kept.append(candidate)
    return kept


def _misread(situation: Situation, side: Side) -> Iterator[Candidate]:
    """Read the same numbers otherwise: other datum or zone, axes swapped, other side of a line."""
    rings = side.rings or rings_of(side.ground)
    near = side.ground.buffer(1.0)
    for mistake in mistakes_of(rings, side.crs, situation.likely_crs):
        if mistake.perimeter.is_empty or not mistake.perimeter.intersects(near):
            continue
        if situation.country is not None and not situation.country.covers(mistake.perimeter):
            continue
        values = dict(mistake.values)
        if mistake.how == "other-crs":
            values["accuracy"] = transformation_accuracy_m(values["crs"])
            values["from_crs"] = side.crs
        yield Candidate(mistake.how, mistake.perimeter, 0.5, values)


def _displaced(situation: Situation, side: Side, other: Side) -> Iterator[Candidate]:
    """Take back one common displacement: an old datum whose change nobody published."""
    for ground, matches, values in displacements(situation, side, other):
        yield Candidate("datum-shift", ground, 1.0 / matches, values)


def _slipped(situation: Situation, side: Side) -> Iterator[Candidate]:
    """Put one digit of one corner right where that squares the shape or meets the printed area."""
    crs, rings = _as_printed(situation, side)
    if not 0 < sum(len(ring.corners) for ring in rings) <= MAX_CORNERS:
        return
    askew = max(_askew(corners) for corners in _on_plane(rings, crs, situation.crs))
    for trial, fits in _fitting(situation, side, crs, rings, askew):
        shape = _redrawn(rings, trial, crs)
        if shape.is_valid and _same_place(shape, side.ground):
            yield Candidate("digit", shape, fits, trial.values())


@dataclass(frozen=True, slots=True)
class _Trial:
    """One slip of one corner, tried."""

    ring: int
    place: int
    corner: Corner
    axis: str
    slip: Slip

    def moved(self) -> Corner:
        """Give the corner as it may have been meant; its place on Earth is to be found anew."""
        x, y = self.corner.x, self.corner.y
        x, y = (self.slip.value, y) if self.axis == "x" else (x, self.slip.value)
        return replace(self.corner, x=x, y=y, lon=None, lat=None)

    def values(self) -> dict[str, Any]:
        """Give the values of its sentence."""
        return {
            "corner": self.corner.label, "printed": self.slip.printed, "meant": self.slip.meant,
            "axis": self.axis, "ring": self.ring, "place": self.place, "value": self.slip.value,
        }  # fmt: skip


def _trials(crs: str, rings: tuple[Ring, ...]) -> Iterator[_Trial]:
    metres = not is_geographic(crs)
    furthest = FURTHEST_M if metres else FURTHEST_M / 111_000
    for number, ring in enumerate(rings):
        for place, corner in enumerate(ring.corners):
            for axis, value in (("x", corner.x), ("y", corner.y)):
                for slip in slips(value, corner.text, metres=metres):
                    if abs(slip.value - value) <= furthest:
                        yield _Trial(number, place, corner, axis, slip)


def _fitting(
    situation: Situation, side: Side, crs: str, rings: tuple[Ring, ...], askew: float
) -> Iterator[tuple[_Trial, float]]:
    """Keep the trials that fit, all of them laid on the plane of the law in one go."""
    trials = list(_trials(crs, rings))
    moved = [trial.moved() for trial in trials]
    lons, lats = to_lonlat(crs, [c.x for c in moved], [c.y for c in moved])
    spots = np.column_stack(from_lonlat(situation.crs, lons.tolist(), lats.tolist()))
    plane = _on_plane(rings, crs, situation.crs)
    before_m2 = _area(plane, rings)
    published_m2 = (side.published_area_ha or 0.0) * 10_000
    for trial, spot in zip(trials, spots, strict=True):
        lines = list(plane)
        lines[trial.ring] = plane[trial.ring].copy()
        lines[trial.ring][trial.place] = spot
        now = max(_askew(line) for line in lines)
        if now <= SQUARE and now < BETTER * askew:
            yield trial, now
        elif published_m2:
            off = abs(_area(lines, rings) - published_m2) / published_m2
            if off <= AREA_TOLERANCE < abs(before_m2 - published_m2) / published_m2:
                yield trial, 0.1 + off


def _on_plane(rings: tuple[Ring, ...], crs: str, plane: str) -> list[np.ndarray]:
    lines = []
    for ring in rings:
        lons, lats = to_lonlat(crs, [c.x for c in ring.corners], [c.y for c in ring.corners])
        lines.append(np.column_stack(from_lonlat(plane, lons.tolist(), lats.tolist())))
    return lines


def _area(lines: Sequence[np.ndarray], rings: tuple[Ring, ...]) -> float:
    total = 0.0
    for line, ring in zip(lines, rings, strict=True):
        x, y = (line - line[0]).T
        area = abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2
        total += -area if ring.is_exclusion else area
    return total


def _askew(corners: np.ndarray) -> float:
    """Give the greatest cosine of the corners of a line on a plane: 0 when all are square."""
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*before.T) * np.hypot(*after.T)
    if (lengths == 0).any():
        return 1.0
    return float(np.max(np.abs(np.sum(before * after, axis=1) / lengths)))


def _same_place(shape: BaseGeometry, before: BaseGeometry) -> bool:
    return bool(shape.intersection(before).area >= SAME_PLACE * shape.area)


def _as_printed(situation: Situation, side: Side) -> tuple[str, tuple[Ring, ...]]:
    """Give the corners as printed; without a text, on the plane of the law to the metre."""
    if side.rings:
        return side.crs, side.rings
    plane = project(side.ground, situation.crs)
    rings = []
    for ring in rings_of(plane):
        corners = [Corner(c.label, "", round(c.x, 0), round(c.y, 0)) for c in ring.corners]
        rings.append(Ring(tuple(corners), ring.is_exclusion))
    return situation.crs, tuple(rings)


def _redrawn(rings: tuple[Ring, ...], trial: _Trial, crs: str) -> BaseGeometry:
    lines = []
    for number, ring in enumerate(rings):
        corners = list(ring.corners)
        if number == trial.ring:
            corners[trial.place] = trial.moved()
        lons, lats = to_lonlat(crs, [c.x for c in corners], [c.y for c in corners])
        lines.append((list(zip(lons.tolist(), lats.tolist(), strict=True)), ring.is_exclusion))
    return perimeter_of(lines)
