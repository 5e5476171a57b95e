"""Each way out, held against shapely alone: areas add up, and nothing overlaps any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import to_lonlat
from cadastre.geometry.overlap import shared_ground
from cadastre.geometry.perimeter import project, unproject
from cadastre.geometry.reading import Corner, Ring
from cadastre.rules.resolution.digits import slips
from cadastre.rules.resolution.propose import resolutions
from cadastre.rules.resolution.situation import Resolution, Side, Situation
from cadastre.rules.resolution.state import CaseCondition, CaseStep, StepFact, replay
from cadastre.vocabulary import EdgeModel

PLANE = "EPSG:32631"
A = box(300_000, 990_000, 310_000, 998_000)
B = box(308_000, 985_000, 320_000, 995_000)


def situation(
    left: BaseGeometry = A,
    right: BaseGeometry = B,
    kind: str = "application-title",
    corners: list[tuple[float, float]] | None = None,
    **options,
) -> Situation:
    """Lay two grounds of the plane (EPSG:32631, metres) over one another."""
    one, other = kind.split("-")
    ground, earlier = unproject(left, PLANE), unproject(right, PLANE)
    rings = () if corners is None else printed(corners)
    return Situation(
        kind, Side(one, "L", ground, rings, PLANE if rings else "EPSG:4326"),
        Side(other, "R", earlier, has_party=options.pop("has_party", False),
             may_consent=options.pop("may_consent", True)),
        shared_ground(ground, earlier), dt.date(2026, 1, 1), EdgeModel.LONLAT, PLANE, 0.05,
        (PLANE, "EPSG:32630", "EPSG:25231"), 100.0, 5_000.0, **options,
    )  # fmt: skip


def printed(corners: list[tuple[float, float]]) -> tuple[Ring, ...]:
    lons, lats = to_lonlat(PLANE, [x for x, _ in corners], [y for _, y in corners])
    return (
        Ring(
            tuple(
                Corner(f"S{n}", f"S{n} {x:.0f} {y:.0f}", x, y, lon, lat)
                for n, ((x, y), lon, lat) in enumerate(
                    zip(corners, lons.tolist(), lats.tolist(), strict=True), start=1
                )
            )
        ),
    )


def ways(of: Situation) -> dict[str, Resolution]:
    return {one.id: one for one in resolutions(of)}


def area(shape: BaseGeometry | None) -> float:
    return 0.0 if shape is None else project(shape, PLANE).area


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application-title", ["clip", "shift", "shrink", "share", "refuse"]),
        ("application-application", ["clip", "shift", "shrink", "share", "competition", "refuse"]),
        ("title-title", ["clip", "shrink", "share", "clip-first", "known"]),
        ("application-zone", ["clip", "shift", "shrink", "consent", "refuse"]),
        ("title-work", ["clip", "shrink", "consent"]),
    ],
)
def test_each_kind_has_its_ways_out(kind, expected):
    assert list(ways(situation(kind=kind))) == expected


@pytest.mark.parametrize("kind", ["application-title", "application-application", "title-title"])
def test_what_moves_ground_leaves_no_overlap(kind):
    of = situation(kind=kind)
    for one in ways(of).values():
        if one.kind == "known":
            continue
        grounds = [one.left, one.right]
        if None not in grounds:
            left, right = (project(g, PLANE) for g in grounds)
            assert left.intersection(right).area < 0.05 * 10_000, one.id  # thinner than 5 cm
            assert left.is_valid
            assert right.is_valid


def test_clip_takes_exactly_what_is_shared():
    of = situation()
    clip = ways(of)["clip"]
    assert area(clip.left) == pytest.approx(A.area - A.intersection(B).area, rel=1e-4)
    assert clip.right is of.right.ground
    assert clip.changes(of) == ("left",)


def test_equal_halves_are_equal_and_add_up():
    of = situation(kind="title-title")
    share = ways(of)["share"]
    half = A.intersection(B).area / 2
    assert share.needs == ("left", "right")
    assert A.area - area(share.left) == pytest.approx(half, rel=1e-3)
    assert B.area - area(share.right) == pytest.approx(half, rel=1e-3)
    whole = of.left.ground.union(of.right.ground)
    assert area(share.left) + area(share.right) == pytest.approx(area(whole), rel=1e-4)


def test_shift_goes_the_shortest_whole_way_and_keeps_the_shape():
    shift = ways(situation())["shift"]
    assert (shift.values["across"], shift.values["side_across"]) == (2000.0, "west")
    assert shift.values["along"] == 0
    assert area(shift.left) == pytest.approx(A.area, rel=1e-6)


def test_shift_looks_where_others_are_and_no_further_than_the_limit():
    wall = unproject(box(290_000, 980_000, 299_900, 1_010_000), PLANE)
    shift = ways(replace(situation(obstacles=(wall,)), shift_limit_m=8_000.0))["shift"]
    assert shift.values["side_along"] == "north"
    assert 5_000 <= shift.values["distance"] <= 5_200
    far = unproject(box(200_000, 900_000, 400_000, 1_100_000).difference(A.buffer(50)), PLANE)
    assert "shift" not in ways(situation(obstacles=(far,)))


def test_shrink_cuts_straight_along_the_grid():
    shrink = ways(situation())["shrink"]
    assert shrink.values["line"] % 100 == 0
    west, south, _, north = project(shrink.left, PLANE).bounds
    assert (west, south, north) == pytest.approx((300_000, 990_000, 998_000), abs=1)


def test_clip_lists_the_free_pieces():
    across = box(303_000, 980_000, 305_000, 1_010_000)
    clip = ways(situation(right=across))["clip"]
    assert clip.values["pieces"] == len(clip.pieces) == 2


def test_an_operator_must_accept_conditions():
    assert ways(situation(kind="title-work", has_party=True))["consent"].needs == ("right",)
    assert ways(situation(kind="title-zone"))["consent"].needs == ()


RECTANGLE = [(300_000, 990_000), (310_000, 990_000), (310_000, 998_000), (300_000, 998_000)]


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.filter_too_much]
)
@given(
    place=st.integers(0, 3),
    axis=st.integers(0, 1),
    digit=st.integers(1, 3),
    other=st.integers(0, 9),
)
def test_a_planted_digit_error_is_found(place, axis, digit, other):
    """One digit of one printed corner is changed; where that makes an overlap, it is found."""
    x, y = RECTANGLE[place]
    text = str((x, y)[axis])
    wrong = int(f"{text[:digit]}{other}{text[digit + 1:]}")
    assume(wrong != (x, y)[axis] and abs(wrong - (x, y)[axis]) < 60_000)
    corners = list(RECTANGLE)
    corners[place] = (wrong, y) if axis == 0 else (x, wrong)
    spoiled, true = Polygon(corners), Polygon(RECTANGLE)
    assume(spoiled.is_valid)
    beyond = spoiled.difference(true)
    assume(beyond.area > 1_000_000 and spoiled.intersection(true).area > 0.4 * true.area)
    neighbour = beyond.buffer(2_000).difference(true.buffer(500))
    assume(neighbour.geom_type == "Polygon" and spoiled.intersection(neighbour).area > 100_000)
    found = [
        one for one in resolutions(situation(spoiled, neighbour, corners=corners))
        if one.kind == "correct" and one.id.startswith("correct-left")
    ]  # fmt: skip
    assert any(
        project(one.left, PLANE).symmetric_difference(true).area < 1.0 for one in found
    ), corners


def test_a_sound_rectangle_is_not_corrected():
    corners = [(300_000, 990_000), (310_000, 990_000), (310_000, 998_000), (300_000, 998_000)]
    assert not [one for one in ways(situation(corners=corners)) if one.startswith("correct-left")]


def test_a_zone_read_wrongly_explains_an_overlap():
    """Zone 30 for 31: beyond six degrees west, outside the country, it is no explanation."""
    corners = [(300_000, 990_000), (310_000, 990_000), (310_000, 998_000), (300_000, 998_000)]
    country = box(-0.15, 5.9, 1.82, 11.15)
    found = ways(situation(corners=corners, country=country))
    assert not [one for one in found.values() if one.values.get("how") == "other-crs"]


@pytest.mark.parametrize(
    ("value", "text", "metres", "meant"),
    [
        (314_000.0, "S3 314 000 998 000", True, "310000"),
        (301_234.0, "301234", True, "302134"),  # two neighbours swapped
        (1.025, "1°01'30\" E", False, "1°07'30\""),
        (1.2345, "1,2345", False, "1.2354"),
    ],
)
def test_slips_are_written_as_printed(value, text, metres, meant):
    assert meant in {slip.meant for slip in slips(value, text, metres=metres)}


def test_the_state_is_the_replay_of_steps():
    propose = StepFact(CaseStep.PROPOSED, 1, {"needs": ["left:1", "right:2"]})
    left = StepFact(CaseStep.ACCEPTED_BY_LEFT, 2, {"party": 1})
    right = StepFact(CaseStep.ACCEPTED_BY_RIGHT, 3, {"party": 2})
    steps = [StepFact(CaseStep.DETECTED), propose, left, right]
    conditions = [replay(steps[:n]).condition for n in range(1, 5)]
    assert conditions == [
        CaseCondition.OPEN, CaseCondition.AWAITING_PARTIES, CaseCondition.AWAITING_PARTIES,
        CaseCondition.AWAITING_CONFIRMATION,
    ]  # fmt: skip
    taken_back = replay([*steps, StepFact(CaseStep.WITHDRAWN, 1)])
    assert (taken_back.condition, taken_back.proposal) == (CaseCondition.OPEN, None)
    over = replay([*steps, StepFact(CaseStep.APPLIED, 1), propose])
    assert over.condition is CaseCondition.DECIDED
