"""Cells count with exactly the part that lies inside, and with their true size."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.coverage import cell_areas_m2, coverage

COLUMNS, ROWS = 7, 5


def _near(least: int, most: int) -> st.SearchStrategy[float]:
    """Draw lines of the grid and places between: slivers of 1e-180 break GEOS, which is asked."""
    between = st.floats(least, most).map(lambda place: round(place, 6))
    return st.one_of(st.integers(least, most).map(float), between)


PLACES = st.tuples(_near(-2, 9), _near(-2, 7))


@st.composite
def grounds(draw: st.DrawFn) -> BaseGeometry:
    """Draw an area of several parts and holes, corners on lines of the grid included."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        corners = draw(st.lists(PLACES, min_size=3, max_size=7))
        parts.append(shapely.make_valid(shapely.Polygon(corners)))
    whole = shapely.union_all(parts)
    return whole.difference(shapely.box(2.25, 1.5, 3.5, 2.75)) if draw(st.booleans()) else whole


def cell_by_cell(ground: BaseGeometry, columns: int, rows: int) -> np.ndarray:
    """Ask GEOS for each cell: slow, and the truth."""
    area = shapely.union_all([p for p in shapely.get_parts(ground) if p.geom_type == "Polygon"])
    return np.array(
        [
            [shapely.box(c, r, c + 1, r + 1).intersection(area).area for c in range(columns)]
            for r in range(rows)
        ]
    )


@settings(max_examples=200, deadline=None)
@given(grounds())
def test_each_cell_has_its_exact_part(ground: BaseGeometry) -> None:
    found = coverage(ground, COLUMNS, ROWS)
    assert found == pytest.approx(cell_by_cell(ground, COLUMNS, ROWS), abs=1e-8)


def test_a_ground_beside_the_grid_covers_nothing() -> None:
    assert not coverage(shapely.box(10, 10, 12, 12), COLUMNS, ROWS).any()
    assert coverage(shapely.box(-9, -9, 99, 99), COLUMNS, ROWS).all()


def test_cells_in_degrees_have_their_size_on_the_ellipsoid() -> None:
    """A row between parallels differs from geodesics by less than a millionth at this size."""
    found = cell_areas_m2((1 / 12, 0, 0, 0, -1 / 12, 9), CRS(4326), 2, 2)
    corners = [0, 1 / 12, 1 / 12, 0], [9, 9, 9 - 1 / 12, 9 - 1 / 12]
    expected, _ = Geod(ellps="WGS84").polygon_area_perimeter(*corners)
    assert found[0] == pytest.approx([abs(expected)] * 2, rel=1e-6)
    assert found[1, 0] > found[0, 0]


@pytest.mark.parametrize("code", [32631, 3857, 2154])
def test_cells_in_metres_have_their_true_size(code: int) -> None:
    """The control is what the map says: wrong by up to several per cent."""
    crs = CRS(code)
    x, y = (700_000, 6_600_000) if code == 2154 else (200_000, 950_000)
    found = cell_areas_m2((1000, 0, x, 0, -1000, y), crs, 1, 1)[0, 0]
    move = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    edge = np.linspace(0, 1000, 50)
    xs = np.concatenate([x + edge, np.full(50, x + 1000), x + edge[::-1], np.full(50, x)])
    ys = np.concatenate([np.full(50, y), y - edge, np.full(50, y - 1000), y - edge[::-1]])
    expected, _ = crs.get_geod().polygon_area_perimeter(*move.transform(xs, ys))
    assert found == pytest.approx(abs(expected), rel=1e-6)
    assert found != pytest.approx(1_000_000, rel=1e-5)


def test_turned_cells_in_degrees_have_their_size_too() -> None:
    straight = cell_areas_m2((0.01, 0, 0, 0, -0.01, 9), CRS(4326), 1, 1)[0, 0]
    turned = cell_areas_m2((0, 0.01, 0, -0.01, 0, 9), CRS(4326), 1, 1)[0, 0]
    assert turned == pytest.approx(straight, rel=1e-4)
