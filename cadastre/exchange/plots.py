"""Draw frames in notebooks without a drawing library: a map by a column, bars of a series.

A drawing is SVG made of numbers and escaped words; a notebook shows it as it is, and it can be
saved as a file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import shapely
from babel.numbers import format_decimal
from shapely.geometry.base import BaseGeometry

from cadastre.exchange.write.qgis import COLOURS, OTHER

if TYPE_CHECKING:
    import geopandas
    import pandas

WIDTH, LEGEND = 760.0, 200.0
ROW, BAR, LABELS = 24.0, 16.0, 220.0
INK, PAPER, LAND = "#1f2421", "#fbfaf6", "#eeeae0"
POINT_RADIUS = 3.0
MOST_VALUES = len(COLOURS)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that a notebook shows; ``svg`` is its whole text."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def plot_map(
    rows: geopandas.GeoDataFrame,
    by: str | None = None,
    *,
    over: geopandas.GeoDataFrame | None = None,
    title: str = "",
    height: float = 560.0,
) -> Drawing:
    """Draw a frame as a map, coloured by the values of a column.

    Parameters
    ----------
    over
        A frame drawn beneath, such as the country: it says how far the map goes.
    """
    drawn = rows[rows.geometry.notna()]
    frames = [one for one in (over, drawn) if one is not None and len(one)]
    bounds = [one.to_crs(4326).total_bounds for one in frames]
    if not bounds:
        return _drawing(title, "", 60.0)
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    shrink = math.cos(math.radians((south + north) / 2))  # a degree of longitude, seen from above
    wide, high = max((east - west) * shrink, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - LEGEND - 20) / wide, (height - 60) / high)

    def place(lon: float, lat: float) -> tuple[float, float]:
        return 10 + (lon - west) * shrink * scale, 40 + (north - lat) * scale

    colours = _colours(drawn[by].tolist() if by else [])
    parts = [] if over is None else [
        _shape(each, place, LAND, 1.0) for each in over.to_crs(4326).geometry if each is not None
    ]  # fmt: skip
    values = drawn[by].tolist() if by else [None] * len(drawn)
    parts += [
        _shape(each, place, colours.get(str(value), COLOURS[0] if by is None else OTHER), 0.45)
        for each, value in zip(drawn.to_crs(4326).geometry, values, strict=True)
    ]
    parts += _legend(colours, values)
    return _drawing(title, "".join(parts), height)


def plot_bars(
    series: pandas.Series[Any], title: str = "", unit: str = "", language: str = "fr"
) -> Drawing:
    """Draw a series as bars, one for each of its labels, with the value written beside."""
    longest = max((float(value) for value in series), default=0.0) or 1.0
    parts = []
    for number, (label, value) in enumerate(series.items()):
        y = 40 + number * ROW
        width = max(float(value), 0.0) / longest * (WIDTH - LABELS - 130)
        said = format_decimal(round(float(value), 2), locale=language)
        parts.append(
            f'<text x="{LABELS - 8:g}" y="{y + 12:g}" text-anchor="end">{escape(str(label))}</text>'
            f'<rect x="{LABELS:g}" y="{y:g}" width="{width:.1f}" height="{BAR:g}" '
            f'fill="{COLOURS[0]}"/>'
            f'<text x="{LABELS + width + 6:.1f}" y="{y + 12:g}">{escape(f"{said} {unit}")}</text>'
        )
    return _drawing(title, "".join(parts), 50 + len(series) * ROW)


def _colours(values: list[Any]) -> dict[str, str]:
    """Give the most frequent values a colour each."""
    counted: dict[str, int] = {}
    for value in values:
        counted[str(value)] = counted.get(str(value), 0) + 1
    ranked = sorted(counted, key=lambda one: (-counted[one], one))[:MOST_VALUES]
    return dict(zip(ranked, COLOURS, strict=False))


def _legend(colours: dict[str, str], values: list[Any]) -> Iterator[str]:
    for number, (value, colour) in enumerate(colours.items()):
        y = 40 + number * ROW
        count = sum(1 for one in values if str(one) == value)
        yield (
            f'<rect x="{WIDTH - LEGEND:g}" y="{y:g}" width="16" height="12" fill="{colour}" '
            f'fill-opacity="0.45" stroke="{colour}"/>'
            f'<text x="{WIDTH - LEGEND + 22:g}" y="{y + 11:g}">{escape(value)} ({count})</text>'
        )


def _shape(ground: BaseGeometry, place: Any, colour: str, opacity: float) -> str:
    look = f'stroke="{colour}" stroke-width="0.8"'
    found = []
    for part in shapely.get_parts(ground):
        if part.geom_type == "Point":
            x, y = place(part.x, part.y)
            dot = f'cx="{x:.1f}" cy="{y:.1f}" r="{POINT_RADIUS:g}" fill="{colour}"'
            found.append(f"<circle {dot}/>")
            continue
        is_area = part.geom_type == "Polygon"
        rings = (part.exterior, *part.interiors) if is_area else (part,)
        path = "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*place(x, y)) for x, y, *_ in ring.coords)
            for ring in rings
        )
        fill = f'fill="{colour if is_area else "none"}" fill-opacity="{opacity:g}"'
        found.append(f'<path d="{path}" {fill} fill-rule="evenodd" {look}/>')
    return "".join(found)


def _drawing(title: str, content: str, height: float) -> Drawing:
    return Drawing(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'width="{WIDTH:g}" height="{height:g}" font-family="DejaVu Sans, sans-serif" '
        f'font-size="12" fill="{INK}" role="img"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<text x="10" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
        f"{content}</svg>"
    )
