"""Prove that the engines in memory and on a cluster find the same pairs, whatever lies where."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.geometry import pairs
from cadastre.geometry.pairs import pairs_between, pairs_sharing_ground, shared_surfaces
from cadastre.geometry.partitions import pairs_on_cluster

boxes = st.lists(
    st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 5)] * 2), min_size=0, max_size=25
)


def grounds_of(drawn: list[tuple[int, ...]]) -> np.ndarray:
    shapes = [shapely.box(x, y, x + wide, y + high) for x, y, wide, high in drawn]
    return np.array(shapes, dtype=object)


def by_hand(shapes: np.ndarray) -> list[tuple[int, int]]:
    """Compare each with each, by area: slow and plain."""
    return [
        (one, other)
        for one in range(len(shapes))
        for other in range(one + 1, len(shapes))
        if shapely.area(shapely.intersection(shapes[one], shapes[other])) > 0
    ]


def listed(found: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


@settings(deadline=None)
@given(boxes)
def test_pairs_are_those_that_share_area_each_once_in_order(drawn: list[tuple[int, ...]]) -> None:
    shapes = grounds_of(drawn)
    assert listed(pairs_sharing_ground(shapes, threads=1)) == by_hand(shapes)


@settings(deadline=None)
@given(boxes, boxes)
def test_pairs_of_two_lists(drawn: list[tuple[int, ...]], drawn_: list[tuple[int, ...]]) -> None:
    shapes, others = grounds_of(drawn), grounds_of(drawn_)
    cuts = shapely.area(shapely.intersection(shapes[:, None], others[None, :]))
    assert set(listed(pairs_between(shapes, others))) == set(
        listed(np.nonzero(cuts > 0))  # type: ignore[arg-type]
    )


def test_parts_that_are_searched_apart_miss_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    corner = chance.uniform(0, 10, (300, 2))
    shapes = shapely.box(*corner.T, *(corner + 0.6).T)
    monkeypatch.setattr(pairs, "ROWS_AT_ONCE", 7)
    one, other = pairs_sharing_ground(shapes)
    assert listed((one, other)) == by_hand(shapes)
    cuts = np.array(list(shared_surfaces(shapes[one], shapes[other])))
    assert np.allclose(
        shapely.area(cuts), shapely.area(shapely.intersection(shapes[one], shapes[other]))
    )


def test_a_cluster_finds_the_same_across_its_partitions() -> None:
    pytest.importorskip("distributed")
    chance = np.random.default_rng(4)
    corner = chance.uniform(0, 10, (200, 2))
    shapes = shapely.box(*corner.T, *(corner + 0.6).T)
    found = pairs_on_cluster(shapes, rows=30)
    assert listed(found) == listed(pairs_sharing_ground(shapes)) != []
    assert listed(pairs_on_cluster(shapes[:0])) == []
