"""Every shape of the shelf passes through every function: an answer, or a clear refusal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
import shapely

from cadastre.errors import CadastreError
from cadastre.geometry.caps import cap, cap_polygon
from cadastre.geometry.grid import CellGrid, cells_of, snap_inward, snap_outward
from cadastre.geometry.location import relocate, share_inside
from cadastre.geometry.overlap import clip_to_free, mean_width_m, measure_shared, shared_ground
from cadastre.geometry.perimeter import (
    densify,
    edge_true_area_m2,
    geodesic_area_m2,
    perimeter_length_m,
    planar_area_m2,
    planar_crs,
    rings_of,
    sides,
)
from cadastre.geometry.repair import propose_repairs
from cadastre.geometry.snap import snap_to_grid, snap_to_neighbour
from cadastre.geometry.validity import find_defects
from cadastre.vocabulary import EdgeModel
from tests.shapes import SHAPES, SQUARE, Shape, lines_of, polygon_of, rings_of_shape

UTM = "EPSG:32631"
OTHER = polygon_of(SQUARE)
MEASURE = {"model": EdgeModel.LONLAT, "crs": UTM, "tolerance_m": 0.05}

FUNCTIONS: dict[str, Callable[[Shape], object]] = {
    "cap": lambda s: cap(rings_of_shape(s)),
    "cap_polygon": lambda s: cap_polygon(polygon_of(s)),
    "geodesic area": lambda s: geodesic_area_m2(polygon_of(s)),
    "planar area": lambda s: planar_area_m2(polygon_of(s), UTM),
    "own planar area": lambda s: planar_area_m2(polygon_of(s), planar_crs(polygon_of(s), "auto")),
    "length": lambda s: perimeter_length_m(polygon_of(s)),
    "sides": lambda s: sides(rings_of_shape(s)),
    "rings": lambda s: rings_of(polygon_of(s)),
    **{f"densify {m}": lambda s, m=m: densify(polygon_of(s), m, UTM) for m in EdgeModel},
    **{f"area {m}": lambda s, m=m: edge_true_area_m2(polygon_of(s), m, UTM) for m in EdgeModel},
    "defects": lambda s: find_defects(lines_of(s)),
    "repairs": lambda s: propose_repairs(lines_of(s)),
    "mean width": lambda s: mean_width_m(polygon_of(s), EdgeModel.LONLAT, UTM),
    "shared": lambda s: shared_ground(polygon_of(s), OTHER),
    "measured": lambda s: measure_shared(
        polygon_of(s), OTHER, shared_ground(polygon_of(s), OTHER), **MEASURE
    ),
    "clip": lambda s: clip_to_free(polygon_of(s), [OTHER], **MEASURE),
    "clipped by": lambda s: clip_to_free(OTHER, [polygon_of(s)], **MEASURE),
    "grid snap": lambda s: snap_to_grid(lines_of(s), UTM, 100, 5),
    "neighbour snap": lambda s: snap_to_neighbour(lines_of(s), OTHER, UTM, 10),
    "snap to it": lambda s: snap_to_neighbour(lines_of(SQUARE), polygon_of(s), UTM, 10),
    "inside": lambda s: share_inside(polygon_of(s), shapely.box(-0.15, 6, 1.8, 11.2)),
    "relocate": lambda s: relocate(
        rings_of_shape(s), shapely.box(-0.15, 6, 1.8, 11.2), UTM, ("EPSG:32630", "EPSG:25231")
    ),
    "cells": lambda s: cells_of(polygon_of(s), CellGrid("EPSG:4326", 30 / 3600)),
    "cells out": lambda s: snap_outward(polygon_of(s), CellGrid("EPSG:4326", 30 / 3600)),
    "cells in": lambda s: snap_inward(polygon_of(s), CellGrid(UTM, 1000)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_shape_passes_through_every_function(function: str, shape: str) -> None:
    # Anything but an answer or a refusal of ours fails here.
    with contextlib.suppress(CadastreError):
        FUNCTIONS[function](SHAPES[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_every_repair_proposed_is_valid_and_has_a_surface(shape: str) -> None:
    for repair in propose_repairs(lines_of(SHAPES[shape])):
        assert repair.perimeter.is_valid
        assert geodesic_area_m2(repair.perimeter) > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_an_invalid_polygon_is_never_called_faultless(shape: str) -> None:
    drawn = polygon_of(SHAPES[shape])
    if not drawn.is_valid:
        codes = {defect.code for defect in find_defects(lines_of(SHAPES[shape]))}
        assert codes - {"geometry.orientation", "geometry.collinear-corner"}, shape
