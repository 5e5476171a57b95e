"""Ways out between rights made of cells: whole cells on both hands, and none held twice."""

from __future__ import annotations

import datetime as dt

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.geometry.grid import Cell, CellGrid, cells_of, draw_cells
from cadastre.geometry.overlap import shared_ground
from cadastre.rules.resolution.agree import competition
from cadastre.rules.resolution.clip import clip, shrink
from cadastre.rules.resolution.propose import resolutions
from cadastre.rules.resolution.share import share
from cadastre.rules.resolution.shift import shift
from cadastre.rules.resolution.situation import Resolution, Side, Situation
from cadastre.services.cases.showing import sentence
from cadastre.vocabulary import EdgeModel

GRID = CellGrid("EPSG:4326", 30 / 3600)
CARRE = {"fr": "carré", "en": "square"}
MADE_OF_CELLS = ("clip", "clip-first", "shift", "shrink", "share", "competition")


def block(column: int, row: int, across: int, along: int) -> set[Cell]:
    return {(3000 + column + c, -1200 + row + r) for c in range(across) for r in range(along)}


def situation(
    left: set[Cell], right: set[Cell], kind: str = "application-application", **options
) -> Situation:
    one, other = kind.split("-")
    grounds = draw_cells(left, GRID), draw_cells(right, GRID)
    return Situation(
        kind, Side(one, "L", grounds[0], grid=GRID, cell=CARRE),
        Side(other, "R", grounds[1], grid=options.pop("right_grid", GRID), cell=CARRE),
        shared_ground(*grounds), dt.date(2026, 6, 1), EdgeModel.LONLAT, "EPSG:32735", 0.05,
        shift_limit_m=5_000.0, **options,
    )  # fmt: skip


def ways(of: Situation) -> dict[str, Resolution]:
    return {one.id: one for one in resolutions(of) if one.kind in MADE_OF_CELLS}


def cells(ground) -> set[Cell]:
    count = cells_of(ground, GRID)
    assert not count.partial
    return set(count.whole)


LEFT, RIGHT = block(0, 0, 6, 4), block(4, 2, 6, 6)  # four cells in common


@pytest.mark.parametrize("kind", ["application-application", "title-title", "application-title"])
def test_every_way_out_leaves_whole_cells_and_no_common_one(kind: str) -> None:
    found = ways(situation(LEFT, RIGHT, kind))
    assert {"clip", "shrink", "share"} <= set(found)
    for one in found.values():
        assert one.left is not None
        assert one.right is not None
        assert not cells(one.left) & cells(one.right), one.id


def test_clip_gives_up_the_common_cells_only() -> None:
    way = ways(situation(LEFT, RIGHT))["clip"]
    assert cells(way.left) == LEFT - RIGHT
    assert cells(way.right) == RIGHT
    assert (way.values["lost"], way.values["cells"], way.values["pieces"]) == (4, 20, 1)
    assert sentence("clip", way.values, "fr") == (
        "L cède 4 carré(s) et garde 20 carré(s) entier(s), en 1 morceau(x)."
    )


def test_clip_leaves_separate_pieces_to_choose_from() -> None:
    way = ways(situation(block(0, 0, 5, 2), block(2, -1, 1, 5)))["clip"]
    assert [cells(piece) for piece in way.pieces] == [block(0, 0, 2, 2), block(3, 0, 2, 2)]


def test_shift_moves_by_whole_cells_to_the_nearest_free_place() -> None:
    way = ways(situation(LEFT, RIGHT))["shift"]
    # Two rows down is 1,854 m, two columns west 1,826 m: 10 degrees from the equator.
    assert (way.values["across"], way.values["side_across"]) == (2, "west")
    assert way.values["along"] == 0
    assert cells(way.left) == block(-2, 0, 6, 4)
    walled = situation(LEFT, RIGHT, obstacles=(draw_cells(block(-1, 0, 1, 1), GRID),))
    around = ways(walled)["shift"]
    assert (around.values["along"], around.values["side_along"]) == (2, "south")


def test_a_granted_title_does_not_move() -> None:
    assert "shift" not in ways(situation(LEFT, RIGHT, "title-title"))


def test_shrink_drops_whole_rows_on_one_side() -> None:
    way = ways(situation(LEFT, RIGHT))["shrink"]
    assert cells(way.left) == block(0, 0, 4, 4)
    assert (way.values["side"], way.values["lost"]) == ("east", 8)


def test_share_parts_the_common_cells_evenly_each_beside_its_own() -> None:
    way = ways(situation(LEFT, RIGHT))["share"]
    assert (way.values["of_left"], way.values["of_right"]) == (2, 2)
    assert cells(way.left) | cells(way.right) == LEFT | RIGHT
    assert way.needs == ("left", "right")


def test_one_common_cell_cannot_be_shared() -> None:
    assert "share" not in ways(situation(block(0, 0, 3, 3), block(2, 2, 3, 3)))


def test_free_ground_in_the_way_takes_every_cell_it_enters() -> None:
    of = situation(LEFT, block(5, 0, 4, 4), right_grid=None)
    oblique = shapely.transform(of.right.ground, lambda xy: xy - 0.5 / 120)
    moved = Situation(
        of.kind, of.left, Side("application", "R", oblique), shared_ground(of.left.ground, oblique),
        of.at, of.model, of.crs, of.tolerance_m, shift_limit_m=5_000.0,
    )  # fmt: skip
    found = ways(moved)
    assert cells(found["clip"].left) == block(0, 0, 4, 4)
    assert "share" not in found  # a grid line would not be half of free ground


@given(
    left=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20),
    right=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20),
)
@settings(max_examples=25, deadline=None)
def test_whatever_the_shapes_no_cell_is_broken_or_held_twice(
    left: set[Cell], right: set[Cell]
) -> None:
    mine, theirs = ({(3000 + c, -1200 + r) for c, r in one} for one in (left, right))
    if not mine & theirs:
        return
    of = situation(mine, theirs)
    for one in (done for make in (clip, shift, shrink, share, competition) for done in make(of)):
        grounds = [cells(ground) for ground in (one.left, one.right) if ground is not None]
        assert not (len(grounds) == 2 and grounds[0] & grounds[1]), one.id
        if one.kind in ("clip", "share"):
            assert cells(one.left) | cells(one.right) == mine | theirs
