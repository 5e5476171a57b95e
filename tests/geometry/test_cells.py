"""Perimeters made of cells: what is counted, drawn, fitted, left out, kept and moved."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.geometry.cells import Measure, clip_to_cells, connected, fewer, nearest_free
from cadastre.geometry.grid import (
    Cell,
    CellGrid,
    Run,
    cells_in,
    cells_of,
    draw_cells,
    fit,
    runs_of,
)
from cadastre.geometry.overlap import shared_ground
from cadastre.geometry.perimeter import geodesic_area_m2
from cadastre.vocabulary import EdgeModel

CONGO = CellGrid("EPSG:4326", 30 / 3600)
COLUMBIA = CellGrid("EPSG:4617", 22.5 / 3600, 15 / 3600)
PERU = CellGrid("EPSG:32718", 1000.0)
PLACES = {CONGO: (3000, -1200), COLUMBIA: (-19200, 12000), PERU: (500, 8800)}
LAW = Measure(EdgeModel.LONLAT, "EPSG:32735", 0.05)

grids = st.sampled_from(list(PLACES))
cell_sets = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25)


def placed(chosen: set[Cell], grid: CellGrid) -> set[Cell]:
    west, south = PLACES[grid]
    return {(west + column, south + row) for column, row in chosen}


def block(across: int, along: int, column: int = 0, row: int = 0) -> set[Cell]:
    return placed({(column + c, row + r) for c in range(across) for r in range(along)}, CONGO)


@given(chosen=cell_sets)
def test_runs_hold_each_cell_once_and_never_touch(chosen: set[Cell]) -> None:
    runs = runs_of(chosen)
    listed = list(cells_in(runs))
    assert sorted(listed) == sorted(chosen)
    ends = {(run.row, run.last) for run in runs}
    assert not any((run.row, run.first - 1) in ends for run in runs)


def test_runs_are_written_row_by_row() -> None:
    cells = {(4, 1), (5, 1), (7, 1), (4, -2)}
    assert runs_of(cells) == (Run(-2, 4, 4), Run(1, 4, 5), Run(1, 7, 7))


@given(chosen=cell_sets, grid=grids)
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_of_cells_is_made_of_those_cells(chosen: set[Cell], grid: CellGrid) -> None:
    wanted = placed(chosen, grid)
    ground = draw_cells(wanted, grid)
    count = cells_of(ground, grid)
    assert set(count.whole) == wanted
    assert count.is_whole
    assert fit(ground, grid).equals(ground)


@given(chosen=cell_sets, other=cell_sets, grid=grids)
@settings(max_examples=60, deadline=None)
def test_grounds_of_different_cells_share_nothing(
    chosen: set[Cell], other: set[Cell], grid: CellGrid
) -> None:
    """On a plane too: the border of neighbours has the same corners on both hands."""
    mine, theirs = placed(chosen, grid), placed(other - chosen, grid)
    if not theirs:
        return
    shared = shared_ground(draw_cells(mine, grid), draw_cells(theirs, grid))
    assert geodesic_area_m2(shared) < 0.001


@pytest.mark.parametrize("grid", list(PLACES))
def test_corners_printed_a_little_beside_are_fitted(grid: CellGrid) -> None:
    wanted = placed({(0, 0), (1, 0), (1, 1)}, grid)
    exact = draw_cells(wanted, grid)
    printed = shapely.transform(exact, lambda xy: xy + 0.00002)  # two metres
    assert not printed.equals(exact)
    assert fit(printed, grid).equals(exact)


def test_a_broken_cell_is_not_fitted() -> None:
    ground = shapely.box(25, -10, 25 + 2.4 / 120, -10 + 1 / 120)
    count = cells_of(ground, CONGO)
    assert (len(count.whole), len(count.partial)) == (2, 1)
    assert fit(ground, CONGO) is None


def test_a_grid_is_named_by_system_and_steps() -> None:
    assert [grid.id for grid in (CONGO, COLUMBIA, PERU)] == [
        "EPSG:4326/30x30s", "EPSG:4617/22.5x15s", "EPSG:32718/1000x1000m",
    ]  # fmt: skip


def test_clipping_leaves_whole_cells_that_nothing_enters() -> None:
    ground = draw_cells(block(5, 3), CONGO)
    # A strip across column 2, a third of a cell wide, and a hand's breadth of column 4.
    strip = shapely.box(25 + 2.3 / 120, -11, 25 + 2.6 / 120, -9)
    hand = shapely.box(25 + 5 / 120 - 4e-7, -11, 26, -9)
    one, other = clip_to_cells(ground, [strip, hand], CONGO, LAW)
    assert set(one.cells) == block(2, 3)
    assert set(other.cells) == block(2, 3, column=3)
    assert one.ground.equals(draw_cells(block(2, 3), CONGO))


@given(chosen=cell_sets, most=st.integers(1, 25))
def test_fewer_cells_are_some_of_them_in_one_piece(chosen: set[Cell], most: int) -> None:
    kept = fewer(chosen, most)
    assert 0 < len(kept) <= most
    assert set(kept) <= chosen
    assert len(connected(kept)) == 1


def test_of_a_rectangle_exactly_the_permitted_number_remains() -> None:
    kept = fewer(block(24, 20), 471)
    assert len(kept) == 471
    assert len(connected(kept)) == 1
    assert fewer(block(3, 3), 9) == tuple(sorted(block(3, 3)))


@given(chosen=cell_sets, other=cell_sets)
@settings(max_examples=40, deadline=None)
def test_a_move_keeps_the_shape_and_finds_the_nearest_free_place(
    chosen: set[Cell], other: set[Cell]
) -> None:
    ground, taken = draw_cells(placed(chosen, CONGO), CONGO), placed(other, CONGO)
    moves = list(nearest_free(ground, [draw_cells(taken, CONGO)], CONGO, LAW, 4_000))
    distances = [move.distance_m for move in moves]
    assert distances == sorted(distances)
    free = {
        (across, along)
        for across in range(-4, 5)
        for along in range(-4, 5)
        if 0 < (across * 913) ** 2 + (along * 927) ** 2 < 3_900**2
        and not {(c + across, r + along) for c, r in placed(chosen, CONGO)} & taken
    }
    found = {(move.across, move.along) for move in moves}
    assert free <= found
    for move in moves[:3]:
        cells = cells_of(move.ground, CONGO).whole
        assert {(c - move.across, r - move.along) for c, r in cells} == placed(chosen, CONGO)
        assert not set(cells) & taken


def test_nothing_moves_further_than_the_limit() -> None:
    ground = draw_cells(block(2, 2), CONGO)
    wall = draw_cells(block(12, 12, column=-5, row=-5), CONGO)
    assert list(nearest_free(ground, [wall], CONGO, LAW, 3_000)) == []
    assert next(nearest_free(ground, [wall], CONGO, LAW, 9_000)).distance_m > 3_000
