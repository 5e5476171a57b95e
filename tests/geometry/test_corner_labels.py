"""Through any cut a corner of the act keeps its name, and no new one passes for one of the act."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from cadastre.geometry.corner_labels import corners_of, shown_label

GROUND = box(0.9, 8.9, 1.0, 9.0)


def act(ground: Polygon, names: str = "ABCD") -> list[list[dict]]:
    rings = corners_of(ground)
    for name, corner in zip(names, rings[0], strict=False):
        corner["label"] = name
    return rings


def by_place(rings) -> dict[tuple[float, float], str]:
    return {(round(c["lon"], 6), round(c["lat"], 6)): shown_label(c) for r in rings for c in r}


def test_corners_that_stay_keep_their_labels_and_new_ones_are_marked():
    former = act(GROUND)
    names = by_place(former)
    after = by_place(corners_of(box(0.9, 8.9, 0.95, 9.0), former))
    assert after[0.9, 8.9] == names[0.9, 8.9]
    assert after[0.9, 9.0] == names[0.9, 9.0]
    assert sorted(after[place] for place in ((0.95, 8.9), (0.95, 9.0))) == ["C1*", "C2*"]


def test_what_nobody_labelled_is_numbered_and_unmarked():
    labels = [shown_label(corner) for ring in corners_of(GROUND) for corner in ring]
    assert labels == ["1", "2", "3", "4"]


def test_a_name_of_the_act_is_never_given_twice():
    after = corners_of(box(0.9, 8.9, 0.95, 9.0), act(GROUND, ["C1", "C2", "C3", "C4"]))
    labels = [corner["label"] for ring in after for corner in ring]
    assert len(set(labels)) == 4
    new = {corner["label"] for ring in after for corner in ring if corner.get("computed")}
    assert new == {"C5", "C6"}


def test_drawn_corners_are_named_and_not_marked():
    after = corners_of(box(0.9, 8.9, 1.1, 9.0), act(GROUND), computed=False)
    assert not any(corner.get("computed") for ring in after for corner in ring)
    assert {corner["label"] for ring in after for corner in ring} >= {"C1", "C2"}


def test_a_second_cut_does_not_take_a_computed_corner_for_one_of_the_act():
    once = corners_of(box(0.9, 8.9, 0.95, 9.0), act(GROUND))
    again = corners_of(box(0.9, 8.9, 0.95, 8.95), once)
    marked = {place for place, label in by_place(again).items() if label.endswith("*")}
    assert marked == {(0.95, 8.9), (0.95, 8.95), (0.9, 8.95)}


@given(
    west=st.floats(0.85, 1.02), south=st.floats(8.85, 9.02), width=st.floats(0.01, 0.2),
    noise=st.sampled_from([0.0, 2e-10, -4e-9]),
)  # fmt: skip
def test_labels_say_where_a_corner_was(west, south, width, noise):
    former = act(GROUND)
    places = {c["label"]: (c["lon"], c["lat"]) for c in former[0]}
    rest = GROUND.difference(box(west, south, west + width, south + width))
    if rest.is_empty:
        return
    parts = MultiPolygon([rest]) if isinstance(rest, Polygon) else rest
    moved = [
        [{**c, "lon": c["lon"] + noise} for c in ring] for ring in former
    ]  # the same corner, after other arithmetic
    for ring in corners_of(parts, moved):
        for corner in ring:
            is_old = any(
                abs(corner["lon"] - x) < 1e-7 and abs(corner["lat"] - y) < 1e-7
                for x, y in places.values()
            )
            assert is_old or corner["computed"]
            if not corner.get("computed"):
                x, y = places[corner["label"]]
                assert abs(corner["lon"] - x) < 3e-8
                assert abs(corner["lat"] - y) < 3e-8
