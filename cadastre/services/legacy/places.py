"""Doubt ground that lies where no right of its register can lie: axes exchanged, figures lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from cadastre.rules.ruleset import Ruleset
from cadastre.services.legacy.mapping import Mapping
from cadastre.services.legacy.records import Record

Box = tuple[float, float, float, float]
MARGIN_DEG = 0.5  # around a country: its waters, and outlines drawn by hand
NEAR_DEG = 3.0
SPREADS = 12.0  # of the middle half of a file: a country is not as wide as that
FEWEST = 8  # fewer grounds have no middle


def doubt_places(records: Sequence[Record], mapping: Mapping, ruleset: Ruleset) -> None:
    """Mark the records whose ground lies elsewhere; nothing is moved.

    Elsewhere is outside the country, where the file is one of this country's; else far from where
    most of the file lies.
    """
    placed = [record for record in records if record.ground.perimeter is not None]
    grounds = np.array([record.ground.perimeter for record in placed], dtype=object)
    points = shapely.get_coordinates(shapely.centroid(grounds))
    box = _box(points, mapping, ruleset)
    if box is None:
        return
    for record, (lon, lat) in zip(placed, points, strict=True):
        if not _holds(box, lon, lat):
            record.doubt("axes-swapped" if _holds(box, lat, lon) else "ground-apart")


def _box(points: np.ndarray, mapping: Mapping, ruleset: Ruleset) -> Box | None:
    """Give the box, in degrees, in which grounds are expected; None where nothing tells."""
    if mapping.ruleset in (None, ruleset.id):
        west, south, east, north = ruleset.envelope
        return west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG
    if len(points) < FEWEST:
        return None
    middle = np.median(points, axis=0)
    spread = np.median(np.abs(points - middle), axis=0)
    reach = np.maximum(NEAR_DEG, SPREADS * spread)
    (west, south), (east, north) = middle - reach, middle + reach
    return float(west), float(south), float(east), float(north)


def _holds(box: Box, lon: float, lat: float) -> bool:
    west, south, east, north = box
    return bool(west <= lon <= east and south <= lat <= north)
