"""Bring a row's geometry to EPSG:4326 as the register stores it; every change is a finding."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import WGS84
from cadastre.geometry.perimeter import geodesic_area_m2, polygons, unproject
from cadastre.services.imports.row import Row

MAX_VERTICES = 2_000_000
NEAR_DEG = 2.0  # farther than this from the country's envelope is likely a wrong system


def place(row: Row, geometry: BaseGeometry | None, crs: str) -> BaseGeometry | None:
    """Move, check and repair a geometry; None when the row has none or it cannot be used."""
    if geometry is None or geometry.is_empty:
        if row.target.geometry_required:
            row.refuse("import.no-geometry")
        return None
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        return _refused(row, "import.too-many-vertices", most=MAX_VERTICES)
    if shapely.get_dimensions(geometry) not in row.target.dimensions:
        return _refused(row, "import.wrong-geometry", given=geometry.geom_type)
    if geometry.has_z:
        row.inform("import.height-dropped")
    moved = _moved(row, shapely.force_2d(geometry), crs)
    return None if moved is None else _sound(row, moved)


def _moved(row: Row, geometry: BaseGeometry, crs: str) -> BaseGeometry | None:
    try:
        moved = geometry if crs == WGS84 else unproject(geometry, crs)
    except UnusableInput:
        return _refused(row, "import.outside-world", crs=crs)
    west, south, east, north = moved.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return _refused(row, "import.outside-world", crs=crs)
    w, s, e, n = row.ruleset.envelope
    if west > e + NEAR_DEG or east < w - NEAR_DEG or south > n + NEAR_DEG or north < s - NEAR_DEG:
        row.warn("import.far-from-country", lon=round(west, 4), lat=round(south, 4))
    return moved


def _sound(row: Row, geometry: BaseGeometry) -> BaseGeometry | None:
    """Repair a geometry that crosses itself, and say how much ground that changed."""
    mended = geometry
    if not geometry.is_valid:
        mended = shapely.make_valid(geometry)
        row.warn(
            "import.geometry-repaired",
            reason=shapely.is_valid_reason(geometry).partition("[")[0],
            before_ha=round(geodesic_area_m2(geometry) / 1e4, 4),
            after_ha=round(geodesic_area_m2(mended) / 1e4, 4),
        )
    if row.target.dimensions != (2,):
        return mended
    kept = MultiPolygon(polygons(mended))
    if kept.is_empty:
        return _refused(row, "import.wrong-geometry", given=mended.geom_type)
    if geometry.geom_type == "GeometryCollection":
        row.warn("import.parts-dropped", given=geometry.geom_type)
    return kept


def _refused(row: Row, code: str, **values: Any) -> BaseGeometry | None:
    row.refuse(code, **values)
    return None
