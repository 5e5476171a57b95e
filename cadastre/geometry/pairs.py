"""Find every pair of grounds that share ground, in memory, with all cores and bounded room.

Three sieves, the cheap ones first: boxes that share an area, interiors that meet (DE-9IM
``2********``), and only then the surface that is shared. A cadastre's neighbours share sides: the
first sieve takes nearly all of them where sides follow the grid, the second the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

INTERIORS_MEET = "2********"
ROWS_AT_ONCE = 20_000  # boxes asked of the index together: what candidates take stays small
Shapes = NDArray[np.object_]
Rows = NDArray[np.intp]
Boxes = NDArray[np.float64]
RowPairs = tuple[Rows, Rows]


def pairs_sharing_ground(shapes: Shapes, threads: int | None = None) -> RowPairs:
    """Give the places of both of each pair, the smaller first, in order.

    Parameters
    ----------
    shapes
        Surfaces in one system, each of them valid.
    threads
        As many as there are cores unless told; GEOS works outside Python's lock.
    """
    tree, boxes = shapely.STRtree(shapes), shapely.bounds(shapes).T
    starts = range(0, len(shapes), ROWS_AT_ONCE)
    parts = (np.arange(start, min(start + ROWS_AT_ONCE, len(shapes))) for start in starts)

    def later_ones(rows: Rows) -> RowPairs:
        place, other = tree.query(shapes[rows])
        one = rows[place]
        later = other > one
        one, other = _sharing_box(boxes, boxes, one[later], other[later])
        return _meeting(shapes, shapes, one, other)

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return in_order(list(pool.map(later_ones, parts)))


def pairs_between(shapes: Shapes, others: Shapes) -> RowPairs:
    """Give the pairs of one list with another, by their place in each."""
    one, other = shapely.STRtree(others).query(shapes)
    boxes, boxes_ = shapely.bounds(shapes).T, shapely.bounds(others).T
    return _meeting(shapes, others, *_sharing_box(boxes, boxes_, one, other))


def shared_surfaces(
    shapes: Shapes, others: Shapes, threads: int | None = None
) -> Iterator[BaseGeometry]:
    """Intersect pair by pair, all cores at work, and hand the cuts on in order."""
    starts = range(0, len(shapes), ROWS_AT_ONCE)
    ones = (shapes[start : start + ROWS_AT_ONCE] for start in starts)
    twos = (others[start : start + ROWS_AT_ONCE] for start in starts)
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for cuts in pool.map(shapely.intersection, ones, twos):
            yield from np.asarray(cuts)


def in_order(found: list[RowPairs]) -> RowPairs:
    """Join lists of pairs into one, by the first of each pair, then the second."""
    if not found:
        nothing: Rows = np.empty(0, dtype=np.intp)
        return nothing, nothing
    one = np.concatenate([pair[0] for pair in found])
    other = np.concatenate([pair[1] for pair in found])
    order = np.lexsort((other, one))
    return one[order], other[order]


def _sharing_box(boxes: Boxes, boxes_: Boxes, one: Rows, other: Rows) -> RowPairs:
    (west, south, east, north), (west_, south_, east_, north_) = boxes, boxes_
    wide = np.minimum(east[one], east_[other]) > np.maximum(west[one], west_[other])
    high = np.minimum(north[one], north_[other]) > np.maximum(south[one], south_[other])
    return one[wide & high], other[wide & high]


def _meeting(shapes: Shapes, others: Shapes, one: Rows, other: Rows) -> RowPairs:
    meet = shapely.relate_pattern(shapes[one], others[other], INTERIORS_MEET)
    return one[meet], other[meet]
