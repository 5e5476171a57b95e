"""Draw a perimeter as a plan: round scale, grid of the legal CRS, numbered corners, north.

The plan is SVG in millimetres of paper, made of numbers alone: the same perimeter always gives the
same bytes, on a page and in a PDF.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from shapely import get_parts, transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat

SCALES = tuple(factor * 10**power for power in range(3, 7) for factor in (1.0, 2.0, 2.5, 5.0))
GRID_STEPS_M = tuple(factor * 10**power for power in range(1, 6) for factor in (1, 2, 5))
NamedCorner = tuple[str, float, float]  # label, longitude, latitude
MARGIN_MM = 9.0
INK, PAPER, LINE, GREEN = "#111111", "#fbfaf6", "#b9b4a4", "#0d4a38"
# Presentation attributes: a PDF does not apply the styles of a page to a drawing inside it; on
# screen the styles of the page still prevail.
LOOK = {
    "frame": f'fill="{PAPER}" stroke="#333333" stroke-width="0.2"',
    "grid": f'fill="none" stroke="{LINE}" stroke-width="0.12"',
    "grid-label": 'fill="#555555" font-size="2.1" font-family="DejaVu Sans, sans-serif"',
    "river": 'fill="none" stroke="#7fa7c9" stroke-width="0.3"',
    "neighbour": 'fill="#b9b4a4" fill-opacity="0.18" stroke="#8a8577" stroke-width="0.25"'
    ' stroke-dasharray="1.2 0.8"',
    "perimeter": f'fill="{GREEN}" fill-opacity="0.14" stroke="{GREEN}" stroke-width="0.5"',
    "corner": f'fill="{GREEN}"',
    "corner-label": f'fill="{INK}" font-size="3" font-weight="bold"'
    ' font-family="DejaVu Sans, sans-serif"',
    "scale-bar": f'fill="none" stroke="{INK}" stroke-width="0.3"',
    "scale-label": f'fill="{INK}" font-size="2.6" font-family="DejaVu Sans, sans-serif"',
    "north": f'fill="{INK}"',
    "north-label": f'fill="{INK}" font-size="2.6" font-family="DejaVu Sans, sans-serif"',
}
OTHER_LOOK = 'fill="none" stroke="#666666" stroke-width="0.25"'
GRID_GAP_MM = 22.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The frame of a plan: paper size in millimetres, scale, and where its middle lies.

    ``centre`` is easting and northing in metres of ``crs``.
    """

    width_mm: float
    height_mm: float
    scale: float
    crs: str
    centre: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give the place on paper (mm, from the top left) of an easting and northing."""
        per_mm = self.scale / 1000.0
        return (
            round(self.width_mm / 2 + (x - self.centre[0]) / per_mm, 2),
            round(self.height_mm / 2 - (y - self.centre[1]) / per_mm, 2),
        )

    def window(self) -> tuple[float, float, float, float]:
        """Give what the paper shows: least and greatest easting and northing, in metres."""
        half_x = self.width_mm * self.scale / 2000.0
        half_y = self.height_mm * self.scale / 2000.0
        x, y = self.centre
        return x - half_x, y - half_y, x + half_x, y + half_y


def fit_sheet(
    perimeter: BaseGeometry, crs: str, *, width_mm: float = 170.0, height_mm: float = 120.0
) -> Sheet:
    """Choose the largest round scale at which a perimeter fits the paper.

    ``perimeter`` is EPSG:4326, longitude first; ``crs`` a projected system in metres.
    """
    west, south, east, north = _projected(perimeter, crs).bounds
    needed = max(
        (east - west) / (width_mm - 2 * MARGIN_MM), (north - south) / (height_mm - 2 * MARGIN_MM)
    )
    scale = next((scale for scale in SCALES if scale >= needed * 1000.0), SCALES[-1])
    return Sheet(width_mm, height_mm, scale, crs, ((west + east) / 2, (south + north) / 2))


def draw_sheet(
    sheet: Sheet,
    perimeter: BaseGeometry,
    *,
    corners: Iterable[NamedCorner] | None = None,
    context: Iterable[tuple[str, BaseGeometry]] = (),
    title: str = "",
) -> str:
    """Draw the plan as an SVG element, one ``class`` a kind of thing.

    ``corners`` are those to mark, as (label, longitude, latitude): the ones of the act. Without
    them, the perimeter's own are numbered, ring by ring. ``context`` are other things in view, as
    (class, geometry in EPSG:4326), clipped to the paper.
    """
    window = box(*sheet.window())
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet" role="img" '
        f'viewBox="0 0 {sheet.width_mm:g} {sheet.height_mm:g}" '
        f'width="{sheet.width_mm:g}mm" height="{sheet.height_mm:g}mm">',
        f"<title>{escape(title)}</title>" if title else "",
        *_grid(sheet),
    ]
    for kind, geometry in context:
        seen = _projected(geometry, sheet.crs).intersection(window)
        if not seen.is_empty:
            pieces.append(f'<path {_look(kind)} d="{_path(sheet, seen)}"/>')
    ground = _projected(perimeter, sheet.crs)
    pieces.append(f'<path {_look("perimeter")} d="{_path(sheet, ground)}" fill-rule="evenodd"/>')
    pieces.extend(_corners(sheet, _own_corners(perimeter) if corners is None else corners))
    pieces.extend(_scale_bar(sheet))
    pieces.append("</svg>")
    return "".join(pieces)


def _look(kind: str) -> str:
    return f'class="{escape(kind)}" {LOOK.get(kind, OTHER_LOOK)}'


def _projected(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    def project(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            from_lonlat(crs, positions[:, 0].tolist(), positions[:, 1].tolist())
        )

    return transform(geometry, project)


def _rings(geometry: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    for part in get_parts(geometry):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield list(ring.coords)
        elif part.geom_type in ("LineString", "LinearRing"):
            yield list(part.coords)


def _path(sheet: Sheet, geometry: BaseGeometry) -> str:
    commands = []
    for ring in _rings(geometry):
        places = [sheet.place(x, y) for x, y in ring]
        commands.append("M" + "L".join(f"{x:g} {y:g}" for x, y in places))
    return "".join(commands)


def _grid(sheet: Sheet) -> Iterator[str]:
    west, south, east, north = sheet.window()
    step = next(
        (step for step in GRID_STEPS_M if step * 1000.0 / sheet.scale >= GRID_GAP_MM),
        GRID_STEPS_M[-1],
    )
    yield f'<rect {_look("frame")} width="{sheet.width_mm:g}" height="{sheet.height_mm:g}"/>'
    for easting in range(math.ceil(west / step) * step, math.floor(east) + 1, step):
        x, _ = sheet.place(easting, south)
        yield f'<path {_look("grid")} d="M{x:g} 0V{sheet.height_mm:g}"/>'
        yield f'<text {_look("grid-label")} x="{x + 0.6:g}" y="3">{easting:,}</text>'.replace(
            ",", " "
        )
    for northing in range(math.ceil(south / step) * step, math.floor(north) + 1, step):
        _, y = sheet.place(west, northing)
        yield f'<path {_look("grid")} d="M0 {y:g}H{sheet.width_mm:g}"/>'
        yield f'<text {_look("grid-label")} x="0.6" y="{y - 0.6:g}">{northing:,}</text>'.replace(
            ",", " "
        )


def _own_corners(perimeter: BaseGeometry) -> Iterator[NamedCorner]:
    for ring in _rings(perimeter):
        own = ring[:-1] if ring[0] == ring[-1] else ring
        for position, (lon, lat) in enumerate(own, start=1):
            yield str(position), lon, lat


def _corners(sheet: Sheet, corners: Iterable[NamedCorner]) -> Iterator[str]:
    for name, lon, lat in corners:
        easting, northing = from_lonlat(sheet.crs, [lon], [lat])
        x, y = sheet.place(float(easting[0]), float(northing[0]))
        yield f'<circle {_look("corner")} cx="{x:g}" cy="{y:g}" r="0.8"/>'
        at = f'x="{x + 1.4:g}" y="{y - 1.2:g}"'
        yield f"<text {_look('corner-label')} {at}>{escape(name)}</text>"


def _scale_bar(sheet: Sheet) -> Iterator[str]:
    length_m = next(step for step in reversed(GRID_STEPS_M) if step * 1000.0 / sheet.scale <= 50.0)
    length_mm = length_m * 1000.0 / sheet.scale
    y = sheet.height_mm - 4.0
    told = f"{length_m // 1000} km" if length_m >= 1000 else f"{length_m} m"
    yield f'<path {_look("scale-bar")} d="M5 {y - 1.5:g}V{y:g}H{5 + length_mm:g}V{y - 1.5:g}"/>'
    yield f'<text {_look("scale-label")} x="{6.5 + length_mm:g}" y="{y:g}">{told}</text>'
    x = sheet.width_mm - 7.0
    yield f'<path {_look("north")} d="M{x:g} 13L{x - 2:g} 13L{x:g} 5L{x + 2:g} 13Z"/>'
    yield f'<text {_look("north-label")} x="{x:g}" y="17" text-anchor="middle">N</text>'
