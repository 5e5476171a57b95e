"""Make the ground of an old record fit to be kept: areas only, valid, in EPSG:4326."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import CadastreError
from cadastre.geometry.crs import WGS84, to_lonlat
from cadastre.geometry.perimeter import (
    geodesic_area_m2,
    ground,
    planar_area_m2,
    planar_crs,
    polygons,
)
from cadastre.geometry.sound import sound
from cadastre.rules.ruleset import Ruleset

LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class Ground:
    """A perimeter ready for the register, or None, with the text it came as and its doubts."""

    perimeter: MultiPolygon | None
    original_text: str
    original_crs: str
    doubts: tuple[str, ...] = ()
    planar_area_m2: float = 0.0
    planar_crs: str = WGS84
    geodesic_area_m2: float = 0.0


def read_ground(geometry: BaseGeometry | None, crs: str, ruleset: Ruleset) -> Ground:
    """Read a geometry of any kind; what cannot be ground is left aside and said.

    The text kept is the geometry as it came, in its own system, before any mending.
    """
    if geometry is None or geometry.is_empty:
        return Ground(None, "", crs, ("geometry-missing",))
    flat = shapely.force_2d(geometry)
    original = _text(flat)
    doubts = []
    if _is_mixed(flat):
        doubts.append("geometry-mixed")
    try:
        placed = flat if crs == WGS84 else _placed(flat, crs)
        mended = sound(placed)
    except CadastreError as fault:
        code = "geometry-tangled" if fault.code == "geometry.tangled" else "geometry-outside"
        return Ground(None, original, crs, (*doubts, code))
    if not ground(placed).is_valid:
        doubts.append("geometry-repaired")
    if mended.is_empty or mended.area == 0:
        return Ground(None, original, crs, (*doubts, "geometry-missing"))
    west, south, east, north = mended.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return Ground(None, original, crs, (*doubts, "geometry-outside"))
    whole = MultiPolygon([mended]) if isinstance(mended, Polygon) else mended
    plane = planar_crs(whole, ruleset.planar_crs)
    return Ground(
        whole, original, crs, tuple(doubts), planar_area_m2(whole, plane), plane,
        geodesic_area_m2(whole),
    )  # fmt: skip


def _text(geometry: BaseGeometry) -> str:
    return shapely.to_wkt(geometry, rounding_precision=-1)[:LONGEST_TEXT]


def _is_mixed(geometry: BaseGeometry) -> bool:
    """Tell whether something stands beside the surfaces: a line, a point, or nothing but those."""
    if isinstance(geometry, (Polygon, MultiPolygon)):
        return False
    return sum(len(shapely.get_coordinates(p)) for p in polygons(geometry)) != len(
        shapely.get_coordinates(geometry)
    )


def _placed(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    return shapely.transform(
        geometry, lambda xy: np.column_stack(to_lonlat(crs, *xy.T.tolist()))
    )
