"""Draw the ground of a title for paper: plan, sketch of the country, corners in two systems."""

from __future__ import annotations

from typing import Any

import shapely
from babel.numbers import format_decimal
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.corners.writer import format_lonlat
from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.sheet import draw_sheet, fit_sheet
from cadastre.services.certificates.sheets import TitleSheet

WIDTH_MM, HEIGHT_MM = 180.0, 118.0
SKETCH_MM, SKETCH_GAP_MM = 32.0, 1.2
MOST_NAMED_CORNERS = 40  # beyond, names on the plan would hide it; the table names them all
INK, GREEN, PAPER = "#555555", "#0d4a38", "#ffffff"
SMALLEST_MM = 2.0


def plan_of(sheet: TitleSheet) -> tuple[str, int]:
    """Draw the plan; give it with the denominator of its scale."""
    frame = fit_sheet(sheet.perimeter, sheet.legal_crs, width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    corners = [corner for ring in sheet.rings for corner in ring]
    context: list[tuple[str, BaseGeometry]] = [("neighbour", one) for one in sheet.neighbours]
    if sheet.rivers is not None:
        context.insert(0, ("river", sheet.rivers))
    drawn = draw_sheet(
        frame,
        sheet.perimeter,
        corners=corners if len(corners) <= MOST_NAMED_CORNERS else [],
        context=context,
        title=sheet.number,
    )
    sketch = _sketch(sheet.country, sheet.perimeter) if sheet.country is not None else ""
    return drawn.removesuffix("</svg>") + sketch + "</svg>", int(frame.scale)


def _sketch(country: BaseGeometry, perimeter: MultiPolygon) -> str:
    """Draw where in the country it lies, in the corner of the plan below the north arrow."""
    west, south, east, north = country.bounds
    per_degree = (SKETCH_MM - 2 * SKETCH_GAP_MM) / (north - south)
    width = (east - west) * per_degree + 2 * SKETCH_GAP_MM
    left, top = WIDTH_MM - width - 1.5, HEIGHT_MM - SKETCH_MM - 1.5

    def place(lon: float, lat: float) -> tuple[float, float]:
        return (
            left + SKETCH_GAP_MM + (lon - west) * per_degree,
            top + SKETCH_GAP_MM + (north - lat) * per_degree,
        )

    outline = "".join(
        "M" + "L".join("{:.2f} {:.2f}".format(*place(x, y)) for x, y in ring.coords) + "Z"
        for part in shapely.get_parts(country)
        for ring in (part.exterior,)
    )
    x, y = place(*perimeter.representative_point().coords[0])
    return (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{SKETCH_MM:g}" '
        f'fill="{PAPER}" stroke="{INK}" stroke-width="0.2"/>'
        f'<path d="{outline}" fill="#eeeae0" stroke="{INK}" stroke-width="0.2"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{SMALLEST_MM / 2:g}" fill="{GREEN}"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{SMALLEST_MM:g}" fill="none" stroke="{GREEN}" '
        'stroke-width="0.4"/>'
    )


def corner_rows(sheet: TitleSheet, language: str) -> list[list[tuple[str, str, str, str, str]]]:
    """List each ring's corners: label, longitude, latitude (DMS), easting, northing (metres)."""
    return [[_row(*corner, sheet.legal_crs, language) for corner in ring] for ring in sheet.rings]


def _row(
    label: str, lon: float, lat: float, crs: str, language: str
) -> tuple[str, str, str, str, str]:
    longitude, latitude = format_lonlat(lon, lat, "dms", language=language, decimals=2).split("\t")
    easting, northing = from_lonlat(crs, [lon], [lat])
    return label, longitude, latitude, _metres(easting[0], language), _metres(northing[0], language)


def _metres(value: float, language: str) -> str:
    return str(format_decimal(value, "#,##0.0", locale=language))


def perimeter_geojson(sheet: TitleSheet) -> dict[str, Any]:
    """Give the ground as a GeoJSON feature (RFC 7946), for any GIS."""
    return {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(sheet.perimeter),
        "properties": {"number": sheet.number, "fingerprint": sheet.fingerprint},
    }
