"""Make grounds by the million, the same for one seed: neighbours share sides, a few overlap."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

FRAME = (-0.1, 6.2, 1.8, 11.1)  # Togo, west, south, east, north
MIDDLE = np.array([0.85, 8.65])
DECIMALS = 7
Cells = NDArray[np.float64]
Grounds = NDArray[np.object_]


def make_many_grounds(count: int, seed: int, slant_deg: float = 0.0) -> Grounds:
    """Cut the frame again and again, and draw one ground in each cell.

    Six in ten are the whole cell, a quarter has a step, the rest many corners. One in 180 is moved
    over its neighbours, one in 500 reaches a tenth of a millimetre beyond its cell, one in 1,000 is
    another's twin.

    Parameters
    ----------
    slant_deg
        Turns everything, so that no side follows the grid and boxes tell little.
    """
    chance = np.random.default_rng(seed)
    cells = _cells(count, chance)
    grounds: Grounds = np.asarray(shapely.box(*cells.T))
    draw = chance.random(count)
    stepped, round_ = (draw >= 0.6) & (draw < 0.85), draw >= 0.85
    grounds[stepped] = _stepped(cells[stepped], chance)
    grounds[round_] = _many_cornered(cells[round_], chance)
    _spoil(grounds, cells, chance)
    if slant_deg:
        grounds = np.asarray(shapely.transform(grounds, lambda at: _turned(at, slant_deg)))
    return grounds


def _cells(count: int, chance: np.random.Generator) -> Cells:
    cells = np.array([FRAME])
    while len(cells) < count * 1.05:
        west, south, east, north = cells.T
        across = east - west > north - south
        part = 0.1 + 0.8 * chance.beta(4, 4, len(cells))
        x = np.round(west + part * (east - west), DECIMALS)
        y = np.round(south + part * (north - south), DECIMALS)
        lower, upper = cells.copy(), cells.copy()
        lower[across, 2], upper[across, 0] = x[across], x[across]
        lower[~across, 3], upper[~across, 1] = y[~across], y[~across]
        cells = np.concatenate([lower, upper])
    thick = cells[np.minimum(cells[:, 2] - cells[:, 0], cells[:, 3] - cells[:, 1]) > 1e-5]
    return thick[np.sort(chance.choice(len(thick), count, replace=False))]


def _stepped(cells: Cells, chance: np.random.Generator) -> Grounds:
    west, south, east, north = cells.T
    part = chance.uniform(0.3, 0.7, len(cells))
    x = np.round(west + part * (east - west), DECIMALS)
    y = np.round(south + part * (north - south), DECIMALS)
    corners = [(west, south), (east, south), (east, y), (x, y), (x, north), (west, north)]
    rings = np.stack([np.column_stack(corner) for corner in corners], axis=1)
    return np.asarray(shapely.polygons(rings))


def _many_cornered(cells: Cells, chance: np.random.Generator) -> Grounds:
    west, south, east, north = cells.T[:, :, None]
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = chance.uniform(0.3, 0.49, (len(cells), len(turn)))
    xs = west + (east - west) * (0.5 + reach * np.cos(turn))
    ys = south + (north - south) * (0.5 + reach * np.sin(turn))
    return np.asarray(shapely.polygons(np.stack([xs, ys], axis=2)))


def _spoil(grounds: Grounds, cells: Cells, chance: np.random.Generator) -> None:
    """Make the overlaps: each kind in grounds of its own."""
    count = len(grounds)
    order = chance.permutation(count)
    moved, wide, twins, originals = np.split(
        order, np.cumsum([count // 180, count // 500, count // 1000])
    )
    width = cells[moved, 2] - cells[moved, 0]
    for row, east in zip(moved, width * chance.uniform(0.05, 0.4, len(moved)), strict=True):
        grounds[row] = shapely.affinity.translate(grounds[row], east)
    grounds[wide] = shapely.box(*(cells[wide] + [-1e-9, -1e-9, 1e-9, 1e-9]).T)
    grounds[twins] = grounds[originals[: len(twins)]]


def _turned(corners: Cells, degrees: float) -> Cells:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned: Cells = (corners - MIDDLE) @ turn.T + MIDDLE
    return turned.round(9)
