"""The database finds the same cells of a perimeter as Python does, on every kind of grid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.geometry.grid import Cell, CellGrid, Run, cells_of, draw_cells, runs_of
from cadastre.rules.load import load_ruleset

GRID = load_ruleset(ROOT / "data" / "rulesets" / "rdc").grids[0]
GRIDS = [
    GRID,
    CellGrid("EPSG:4326", 15 / 3600),
    CellGrid("EPSG:4617", 22.5 / 3600, 15 / 3600),
    CellGrid("EPSG:32735", 1000.0),
]
cells = st.sets(
    st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=30
)  # fmt: skip


@pytest.fixture(scope="module")
def grids_session(database_url: str) -> Iterator[Session]:
    engine = create_engine(database_url)
    with Session(engine) as session:
        for grid in GRIDS:
            session.execute(
                text("INSERT INTO grid VALUES (:id, :srid, :width, :height, -180, 180)"),
                {"id": grid.id, "srid": int(grid.crs[5:]), "width": grid.step,
                 "height": grid.row_step},
            )  # fmt: skip
        yield session
        session.rollback()
    engine.dispose()


def runs_in_database(session: Session, ground: BaseGeometry, grid: CellGrid) -> set[Run]:
    rows = session.execute(
        text(
            'SELECT "row", lower(columns), upper(columns) - 1'
            " FROM grid_runs(ST_GeomFromWKB(:wkb, 4326), :grid)"
        ),
        {"wkb": shapely.to_wkb(ground), "grid": grid.id},
    )
    return {Run(*row) for row in rows}


def moved(chosen: set[Cell], grid: CellGrid) -> set[Cell]:
    """Put cells about 25° E, 10° S."""
    west, south = round(25 / grid.step), round(-10 / grid.row_step)
    if grid.step > 1:
        west, south = 500, 8890  # EPSG:32735, metres
    return {(west + column, south + row) for column, row in chosen}


@given(chosen=cells, grid=st.sampled_from(GRIDS))
@settings(max_examples=60, deadline=None)
def test_runs_cover_exactly_the_cells_in_both_engines(
    grids_session: Session, chosen: set[Cell], grid: CellGrid
) -> None:
    wanted = moved(chosen, grid)
    ground = draw_cells(wanted, grid)
    count = cells_of(ground, grid)
    assert (set(count.whole), count.partial) == (wanted, ())
    assert runs_in_database(grids_session, ground, grid) == set(runs_of(wanted))


@given(
    corners=st.lists(
        st.tuples(st.floats(0, 0.08), st.floats(0, 0.08)), min_size=3, max_size=7, unique=True
    )
)
@settings(max_examples=60, deadline=None)
def test_runs_of_any_perimeter_are_those_of_its_whole_cells(
    grids_session: Session, corners: list[tuple[float, float]]
) -> None:
    points = [(25 + x, -10 + y) for x, y in corners]
    ground = shapely.MultiPoint(points).convex_hull
    if ground.geom_type != "Polygon" or ground.area < 1e-9:
        return
    count = cells_of(ground, GRID)
    assert runs_in_database(grids_session, MultiPolygon([ground]), GRID) == set(
        runs_of(count.whole)
    )
