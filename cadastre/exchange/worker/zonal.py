"""Sum up a raster over a ground: every cell with the part that lies inside, and its true area.

Least and greatest are those of all cells that the ground touches. Mean, histogram and shares weigh
a cell by the square metres of it that lie inside; a count (people of a cell) is shared out by the
part inside. Sides are straight in longitude and latitude, as the register has them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.coverage import cell_areas_m2, coverage

STRAIGHT_DEG = 0.005  # a side is followed in steps of half a kilometre into other systems
BINS = 10
GEOD = Geod(ellps="WGS84")


def figures(
    dataset: Any, ground: BaseGeometry, measure: str, most_cells: int
) -> dict[str, Any]:
    """Give the figures of a ground (EPSG:4326, longitude first).

    Returns
    -------
    dict
        ``cells`` touched, ``covered_share`` of the ground where the raster holds something,
        ``step`` (2: every second cell was looked at, where there are too many), then ``minimum``,
        ``maximum``, ``mean``, ``total`` and ``histogram``, or ``classes``.
    """
    crs = CRS.from_wkt(dataset.crs.to_wkt())
    placed = _in_cells(ground, crs, dataset.transform)
    window, step = _window(placed, dataset, most_cells)
    ground_m2 = abs(GEOD.geometry_area_perimeter(shapely.segmentize(ground, STRAIGHT_DEG))[0])
    if window is None or not ground_m2:
        return {"cells": 0, "covered_share": 0.0, "step": 1}
    rows, columns = math.ceil(window.height / step), math.ceil(window.width / step)
    scale_x, scale_y = window.width / columns, window.height / rows
    local = shapely.transform(
        placed, lambda at: (at - [window.col_off, window.row_off]) / [scale_x, scale_y]
    )
    parts = coverage(local, columns, rows)
    affine = _placed_at(dataset.transform, window, scale_x, scale_y)
    weights = parts * cell_areas_m2(affine, crs, columns, rows)
    values = dataset.read(1, window=window, out_shape=(rows, columns), masked=True)
    inside = (parts > 0) & ~np.ma.getmaskarray(values)
    held, weight, part = values.data[inside], weights[inside], parts[inside]
    told = {
        "cells": int(np.count_nonzero(inside)),
        "covered_share": min(float(weight.sum() / ground_m2), 1.0),
        "step": step,
    }
    if not len(held):
        return told
    if measure == "classes":
        return told | {"classes": _shares(held, weight)}
    whole = float((held * part).sum() * scale_x * scale_y)
    return told | _measured(held, weight) | ({"total": whole} if measure == "counts" else {})


def _in_cells(ground: BaseGeometry, crs: CRS, affine: Any) -> BaseGeometry:
    """Give a ground in columns and rows of the raster."""
    followed = ground if crs.is_geographic else shapely.segmentize(ground, STRAIGHT_DEG)
    move = Transformer.from_crs(4326, crs, always_xy=True)
    back = ~affine

    def place(at: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = move.transform(at[:, 0], at[:, 1])
        return np.column_stack(
            [back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f]
        )

    return shapely.make_valid(shapely.transform(followed, place))


def _window(placed: BaseGeometry, dataset: Any, most: int) -> tuple[Window | None, int]:
    """Give the cells around a ground, and the step at which few enough of them are left."""
    west, top, east, bottom = placed.bounds
    if not all(map(math.isfinite, (west, top, east, bottom))):
        return None, 1
    left, right = max(math.floor(west), 0), min(math.ceil(east), dataset.width)
    upper, lower = max(math.floor(top), 0), min(math.ceil(bottom), dataset.height)
    if left >= right or upper >= lower:
        return None, 1
    step = max(1, math.ceil(math.sqrt((right - left) * (lower - upper) / most)))
    return Window(left, upper, right - left, lower - upper), step


def _placed_at(
    affine: Any, window: Window, scale_x: float, scale_y: float
) -> tuple[float, ...]:
    """Give the place of a window's cells, each as many cells of the raster as the scales say."""
    a, b, c, d, e, f = tuple(affine)[:6]
    left, top = window.col_off, window.row_off
    return (
        a * scale_x, b * scale_y, c + a * left + b * top,
        d * scale_x, e * scale_y, f + d * left + e * top,
    )  # fmt: skip


def _measured(held: NDArray[Any], weight: NDArray[np.float64]) -> dict[str, Any]:
    numbers = held.astype(np.float64)
    least, greatest = float(numbers.min()), float(numbers.max())
    edges = np.linspace(least, greatest, BINS + 1) if greatest > least else [least, least]
    heights = np.histogram(numbers, edges, weights=weight)[0] if greatest > least else [
        weight.sum()
    ]  # fmt: skip
    return {
        "minimum": least,
        "maximum": greatest,
        "mean": float(np.average(numbers, weights=weight)),
        "histogram": [
            {"from": float(low), "to": float(high), "area_m2": float(area)}
            for low, high, area in zip(edges[:-1], edges[1:], heights, strict=True)
        ],
    }


def _shares(held: NDArray[Any], weight: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Give each class with its area and share, the largest first."""
    values, places = np.unique(held, return_inverse=True)
    areas = np.bincount(places.ravel(), weight)
    found = [
        {"value": int(value), "area_m2": float(area), "share": float(area / areas.sum())}
        for value, area in zip(values, areas, strict=True)
    ]
    return sorted(found, key=lambda one: (-one["share"], one["value"]))
