"""An old datum without published parameters is searched by what it leaves: one common vector."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import Polygon, box

from cadastre.geometry.overlap import shared_ground
from cadastre.geometry.perimeter import project
from cadastre.rules.resolution.situation import Situation
from tests.rules.resolution.test_proposals import PLANE, situation, ways

# Two neighbours with a border between corners of both, off the grid as old surveys are.
WEST = Polygon([(300_013, 990_027), (310_041, 990_027), (310_041, 998_055), (300_013, 998_055)])
EAST = Polygon([(310_041, 990_027), (321_017, 988_312), (321_017, 999_704), (310_041, 998_055)])


def laid(left: Polygon, right: Polygon, radius: float = 400.0) -> Situation:
    return replace(situation(left, right, "title-title"), datum_search_m=radius)


def shifts(of: Situation) -> dict[str, dict]:
    return {
        name: dict(way.values)
        for name, way in ways(of).items()
        if way.values.get("how") == "datum-shift"
    }


@settings(deadline=None, max_examples=30)
@given(
    metres=st.floats(20, 390), turn=st.floats(0, 2 * math.pi),
    noise=st.floats(-0.4, 0.4),
)  # fmt: skip
def test_a_pair_displaced_as_by_an_old_datum_is_put_back(metres, turn, noise):
    east, north = metres * math.cos(turn), metres * math.sin(turn)
    assume(max(abs(east % 100 - 50), abs(north % 100 - 50)) < 48)  # not by whole steps of the grid
    moved = translate(WEST, east + noise, north)
    assume(moved.intersection(EAST).area > 20_000)
    found = shifts(laid(moved, EAST))
    assert found
    mine = next(values for name, values in found.items() if "left" in name)
    assert mine["matches"] >= 2
    assert math.hypot(mine["east"] + east, mine["north"] + north) < 2.5
    back = ways(laid(moved, EAST))[next(name for name in found if "left" in name)].left
    assert back is not None
    gap = project(back, PLANE).symmetric_difference(WEST).area
    assert gap < 2.5 * WEST.length


def test_beyond_the_declared_radius_nothing_is_searched():
    moved = translate(WEST, 450, 130)
    assert shifts(laid(moved, EAST)) == {}
    assert shifts(laid(moved, EAST, radius=600))


def test_no_radius_no_search():
    assert shifts(laid(translate(WEST, 200, 30), EAST, radius=0)) == {}


def test_two_grounds_that_never_shared_a_border_are_not_explained():
    """Control: as near as the pair above, but one corner in common at most."""
    stranger = Polygon(
        [(309_900, 991_000), (320_000, 991_500), (320_000, 996_000), (309_850, 997_000)]
    )
    assert not shared_ground(WEST, stranger).is_empty
    assert shifts(laid(WEST, stranger)) == {}


@pytest.mark.parametrize(("step", "explained"), [(300.0, False), (317.0, True)])
def test_whole_steps_of_the_grid_of_the_law_are_no_datum(step, explained):
    one = box(300_000, 990_000, 310_000, 998_000)
    other = box(310_000, 990_000, 322_000, 998_000)
    assert bool(shifts(laid(translate(one, step, 0), other))) is explained
