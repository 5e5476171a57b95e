"""Propose corners on round coordinates, or on a neighbour's own corners; a person decides.

Displacements are told in metres, so that nobody agrees to a move without knowing its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat, to_lonlat
from cadastre.geometry.perimeter import Position, perimeter_of, polygons, project
from cadastre.geometry.validity import Line

# Most corners must already be near the grid for the grid to be what was meant.
MOSTLY = 0.75
UNMOVED_M = 0.001


@dataclass(frozen=True, slots=True)
class Snap:
    """A perimeter with corners moved: how many, and the longest move in metres.

    ``off`` are the numbers of corners too far to be moved: perhaps typing errors.
    """

    perimeter: Polygon | MultiPolygon
    moved: int
    displacement_m: float
    off: tuple[int, ...] = ()


def snap_to_grid(
    lines: Sequence[Line], crs: str, step_m: float, tolerance_m: float
) -> Snap | None:
    """Move corners to multiples of a step when most are within tolerance already.

    None when the perimeter does not look drawn on the grid, or already stands on it.

    Raises
    ------
    UnusableInput
        ``crs.outside``: a corner has no image in that CRS.
    """
    corners = [corner for line in lines for corner in line.corners]
    if not corners:
        return None
    lons, lats = zip(*corners, strict=True)
    plane = np.column_stack(from_lonlat(crs, lons, lats))
    on_grid = np.round(plane / step_m) * step_m
    away = np.hypot(*(plane - on_grid).T)
    near = away <= tolerance_m
    if near.mean() < MOSTLY or not (near & (away > UNMOVED_M)).any():
        return None
    placed = np.where(near[:, None], on_grid, plane)
    moved = list(zip(*(axis.tolist() for axis in to_lonlat(crs, *placed.T)), strict=True))
    return Snap(
        _rebuilt(lines, moved),
        int((near & (away > UNMOVED_M)).sum()),
        round(float(away[near].max()), 2),
        tuple(int(n) + 1 for n in np.flatnonzero(~near)),
    )


def _rebuilt(lines: Sequence[Line], corners: Sequence[Position]) -> Polygon | MultiPolygon:
    """Put moved corners, listed over all rings, back into their rings."""
    rebuilt, start = [], 0
    for line in lines:
        end = start + len(line.corners)
        rebuilt.append((corners[start:end], line.is_exclusion))
        start = end
    return perimeter_of(rebuilt)


def snap_to_neighbour(
    lines: Sequence[Line], neighbour: BaseGeometry, crs: str, tolerance_m: float
) -> Snap | None:
    """Move corners onto a neighbour's border where they are within tolerance of it.

    A corner near one of the neighbour's takes exactly its numbers; near a side, it is moved onto
    the side. Corners of the neighbour that lie near our own sides become corners of ours, so that
    the border is one line, not two. None when nothing moves.
    """
    border = [ring for p in polygons(neighbour) for ring in (p.exterior, *p.interiors)]
    theirs = list(dict.fromkeys((x, y) for ring in border for x, y in ring.coords))
    if not theirs:
        return None
    scene = _Neighbour(theirs, border, crs, tolerance_m)
    rebuilt, moves = [], []
    for line in lines:
        snapped = [scene.nearest(corner) for corner in line.corners]
        moves += [distance for _, distance in snapped if distance > UNMOVED_M]
        rebuilt.append((scene.noded([corner for corner, _ in snapped]), line.is_exclusion))
    added = sum(len(corners) for corners, _ in rebuilt) - sum(len(line.corners) for line in lines)
    if not moves and not added:
        return None
    return Snap(perimeter_of(rebuilt), len(moves), round(max(moves, default=0.0), 3))


class _Neighbour:
    """A neighbour's border, laid on a plane once and asked for each corner."""

    def __init__(
        self,
        corners: list[Position],
        border: Sequence[BaseGeometry],
        crs: str,
        tolerance_m: float,
    ) -> None:
        self.corners, self.crs, self.tolerance_m = corners, crs, tolerance_m
        xs, ys = from_lonlat(crs, *zip(*corners, strict=True))
        self.points = [Point(x, y) for x, y in zip(xs, ys, strict=True)]
        self.tree = shapely.STRtree(self.points)
        self.line = shapely.union_all([project(ring, crs) for ring in border])

    def nearest(self, corner: Position) -> tuple[Position, float]:
        """Give the place a corner moves to, and how far, in metres; itself when none is near."""
        here = project(Point(corner), self.crs)
        index = int(self.tree.nearest(here))
        distance = float(here.distance(self.points[index]))
        if distance <= self.tolerance_m:
            return self.corners[index], distance
        distance = float(here.distance(self.line))
        if not 0 < distance <= self.tolerance_m:
            return corner, 0.0
        there, _ = shapely.ops.nearest_points(self.line, here)
        lons, lats = to_lonlat(self.crs, [there.x], [there.y])
        return (float(lons[0]), float(lats[0])), distance

    def noded(self, corners: list[Position]) -> list[Position]:
        """Add the neighbour's corners that lie near our sides, in their order along each side."""
        noded: list[Position] = []
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            noded.append(start)
            side = project(LineString([start, end]), self.crs)
            near = self.tree.query(side, predicate="dwithin", distance=self.tolerance_m)
            inner = [int(i) for i in near if self.corners[int(i)] not in corners]
            inner.sort(key=lambda i: side.project(self.points[i]))
            noded += [self.corners[i] for i in inner]
        return noded
