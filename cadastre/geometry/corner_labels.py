"""Keep the labels of corners through a cut: those of the act stay, the new ones are told apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import rings_of

SAME = 8  # decimals of a degree: a millimetre
COMPUTED = "C"  # calculé, computed: C1, C2… where the act names none so
MARK = "*"

Rings = Sequence[Sequence[Mapping[str, Any]]]


def corners_of(
    ground: BaseGeometry, former: Rings = (), *, computed: bool = True
) -> list[list[dict[str, Any]]]:
    """Write ground as rings of corners, in longitude and latitude, as a filing keeps them.

    Parameters
    ----------
    former
        Corners of the ground it was cut from, with their ``lon`` and ``lat``. A corner that stands
        where one of them stood keeps its label; any other is labelled C1, C2… and marked.
    computed
        Whether corners that are not of ``former`` came out of a cut; else somebody drew them.

    Without former corners all are numbered, and none is marked.
    """
    labels = _places(former)
    fresh = _fresh({str(corner["label"]) for ring in former for corner in ring})
    rings = []
    for ring in rings_of(ground):
        written: list[dict[str, Any]] = []
        for corner in ring.corners:
            row: dict[str, Any] = {
                "label": corner.label, "text": corner.text, "x": corner.x, "y": corner.y,
                "lon": corner.lon, "lat": corner.lat,
            }  # fmt: skip
            if labels:
                label = _label_at(labels, corner.x, corner.y)
                row["label"] = label if label is not None else next(fresh)
                if label is None and computed:
                    row["computed"] = True
            written.append(row)
        rings.append(written)
    return rings


def shown_label(corner: Mapping[str, Any]) -> str:
    """Give a label as tables and plans show it: with a mark where the corner was computed."""
    return f"{corner['label']}{MARK}" if corner.get("computed") else str(corner["label"])


def _places(former: Rings) -> dict[tuple[int, int], Mapping[str, Any]]:
    return {
        _cell(float(corner["lon"]), float(corner["lat"])): corner
        for ring in former
        for corner in ring
        if corner.get("lon") is not None and corner.get("lat") is not None
        # What an earlier cut made is not of the act: it is named anew.
        and not corner.get("computed")
    }


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return round(lon * 10**SAME), round(lat * 10**SAME)


def _label_at(
    places: Mapping[tuple[int, int], Mapping[str, Any]], lon: float, lat: float
) -> str | None:
    x, y = _cell(lon, lat)
    for dx, dy in itertools.product((0, -1, 1), repeat=2):
        found = places.get((x + dx, y + dy))
        if found is not None:
            return str(found["label"])
    return None


def _fresh(taken: set[str]) -> Iterator[str]:
    names = (f"{COMPUTED}{number}" for number in itertools.count(1))
    return (name for name in names if name not in taken)
