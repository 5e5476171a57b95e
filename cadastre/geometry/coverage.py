"""Say how much of each cell of a raster a perimeter covers, exactly, and how large cells truly are.

A cell on the border counts with the part of it that lies inside. Each side of the perimeter is
cut where it leaves a cell; the ground to the right of a piece is added to its cell and, whole, to
the cells beyond; summed along a row, in- and outgoing sides leave the covered part. The work grows
with the length of the border, and there is no sampling.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

Numbers = NDArray[np.float64]
ROUNDING = 1e-9  # of a cell: less ground than this is what floating numbers leave behind
NODES = 33  # along a window, at which the size of cells is worked out
TINY = 1e-6  # radians


def coverage(perimeter: BaseGeometry, columns: int, rows: int) -> Numbers:
    """Give the covered part (0–1) of each cell of a grid of unit cells.

    Parameters
    ----------
    perimeter
        A sound area in grid coordinates: x from 0 to ``columns``, y from 0 to ``rows``, down.

    Returns
    -------
    numpy.ndarray
        ``rows`` × ``columns``; the cell in row r and column c is the square [c, c+1] × [r, r+1].
    """
    inside = shapely.intersection(perimeter, shapely.box(0, 0, columns, rows))
    areas = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
    rings = shapely.get_rings(shapely.orient_polygons(np.array(areas, dtype=object)))
    pieces = [_cut(shapely.get_coordinates(ring)) for ring in rings]
    if not pieces:
        return np.zeros((rows, columns))
    covered = np.cumsum(_sums(np.concatenate(pieces), columns, rows), axis=1)[:, :columns]
    covered[covered < ROUNDING] = 0.0
    covered[covered > 1 - ROUNDING] = 1.0
    return covered


def _cut(ring: Numbers) -> Numbers:
    """Cut the sides of a ring where they leave a cell: rows of x, y, next x, next y."""
    starts, steps = ring[:-1], np.diff(ring, axis=0)
    sides, places = [np.arange(len(starts))], [np.zeros(len(starts))]
    for axis in (0, 1):
        low = np.floor(np.minimum(starts[:, axis], ring[1:, axis])) + 1
        high = np.ceil(np.maximum(starts[:, axis], ring[1:, axis])) - 1
        counts = np.maximum(high - low + 1, 0).astype(np.int64)
        side = np.repeat(np.arange(len(starts)), counts)
        order = np.arange(len(side)) - np.repeat(np.cumsum(counts) - counts, counts)
        sides.append(side)
        places.append((low[side] + order - starts[side, axis]) / steps[side, axis])
    side, place = np.concatenate(sides), np.concatenate(places)
    sorted_ = np.lexsort((place, side))
    side, place = side[sorted_], place[sorted_]
    is_last = np.append(side[1:] != side[:-1], True)
    until = np.where(is_last, 1.0, np.append(place[1:], 1.0))
    begin = starts[side] + steps[side] * place[:, None]
    return np.hstack([begin, starts[side] + steps[side] * until[:, None]])


def _sums(pieces: Numbers, columns: int, rows: int) -> Numbers:
    """Add up, for each cell, what its pieces change in its own cover and in those to its right."""
    middle_x, middle_y = pieces[:, [0, 2]].mean(axis=1), pieces[:, [1, 3]].mean(axis=1)
    column = np.clip(np.floor(middle_x).astype(np.int64), 0, columns - 1)
    row = np.clip(np.floor(middle_y).astype(np.int64), 0, rows - 1)
    height = pieces[:, 1] - pieces[:, 3]  # outer rings run anticlockwise, and y runs down
    beyond = np.clip(middle_x - column, 0.0, 1.0)
    wide = columns + 1
    place = row * wide + column
    own = np.bincount(place, height * (1 - beyond), rows * wide)
    right = np.bincount(place + 1, height * beyond, rows * wide)
    return np.asarray(own + right).reshape(rows, wide)


def cell_areas_m2(
    affine: tuple[float, ...], crs: CRS, columns: int, rows: int
) -> Numbers:
    """Give the true area of each cell in square metres, on the ellipsoid of the system.

    Parameters
    ----------
    affine
        ``a, b, c, d, e, f``: x = a·column + b·row + c, y = d·column + e·row + f.
    """
    a, b, c, d, e, f = affine[:6]
    if crs.is_geographic and not b and not d:
        per_degree = math.radians(1.0)
        tops = f + e * np.arange(rows + 1)
        bands = np.abs(np.diff(_zone_area(np.radians(np.clip(tops, -90, 90)), crs)))
        return np.repeat((bands * abs(a) * per_degree)[:, None], columns, axis=1)
    at_columns, at_rows = _nodes(columns), _nodes(rows)
    column, row = np.meshgrid(at_columns, at_rows)
    x, y = a * column + b * row + c, d * column + e * row + f
    nodes = abs(a * e - b * d) * _square_metres(crs, x, y, math.hypot(a, d))
    places = np.arange(columns) + 0.5
    wide = np.array([np.interp(places, at_columns, one) for one in nodes])
    places = np.arange(rows) + 0.5
    return np.array([np.interp(places, at_rows, one) for one in wide.T]).T


def _nodes(count: int) -> Numbers:
    """Choose the cells whose size is worked out; it changes smoothly in between."""
    return np.unique(np.linspace(0.5, count - 0.5, min(count, NODES)))


def _zone_area(latitudes: Numbers, crs: CRS) -> Numbers:
    """Give the area from the equator to latitudes (radians), for one radian of longitude."""
    size = crs.ellipsoid
    assert size is not None
    major, minor = size.semi_major_metre, size.semi_minor_metre
    squared = 1 - (minor / major) ** 2
    if squared == 0:
        return np.asarray(major**2 * np.sin(latitudes))
    e, sines = math.sqrt(squared), np.sin(latitudes)
    return np.asarray(
        minor**2 / 2 * (sines / (1 - squared * sines**2) + np.arctanh(e * sines) / e)
    )


def _square_metres(crs: CRS, x: Numbers, y: Numbers, step: float) -> Numbers:
    """Give how many true square metres one square unit of the map is worth at each place."""
    base = crs.geodetic_crs
    assert base is not None
    moved = Transformer.from_crs(crs, base, always_xy=True)
    east, west = moved.transform(x + step / 2, y), moved.transform(x - step / 2, y)
    north, south = moved.transform(x, y + step / 2), moved.transform(x, y - step / 2)
    lon_x, lat_x = np.radians(np.subtract(east, west)) / step
    lon_y, lat_y = np.radians(np.subtract(north, south)) / step
    latitude = np.radians((np.asarray(north[1]) + south[1]) / 2)
    per_latitude = (_zone_area(latitude + TINY, crs) - _zone_area(latitude - TINY, crs)) / TINY / 2
    return np.asarray(np.abs(lon_x * lat_y - lon_y * lat_x) * per_latitude)
