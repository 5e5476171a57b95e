"""Draw where in the country something lies: its outline, and a mark that is always visible."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.queries.territory import country_outline, country_version

HEIGHT = 220.0
MARGIN = 6.0
COUNTRY_DETAIL_DEG = 0.02
SMALLEST = 7.0  # below this a shape cannot be seen: a circle is drawn around it
Frame = tuple[float, float, float]  # west, north, units per degree


def draw_locator(session: Session, geometry: BaseGeometry) -> Markup | None:
    """Draw a small SVG of the country with one thing in it; None where no outline is loaded.

    ``geometry`` is EPSG:4326, longitude first; degrees are drawn as squares, near enough in the
    tropics.
    """
    country = _country(session)
    if country is None:
        return None
    west, south, east, north = country.bounds
    scale = (HEIGHT - 2 * MARGIN) / (north - south)
    width = (east - west) * scale + 2 * MARGIN
    frame = (west, north, scale)
    pieces = [
        f'<svg class="locator" viewBox="0 0 {width:.0f} {HEIGHT:.0f}" width="{width:.0f}"'
        f' height="{HEIGHT:.0f}" aria-hidden="true" focusable="false">',
        f'<path class="locator-country" d="{"".join(_path(country, frame))}"/>',
        *_mark(geometry, frame),
        "</svg>",
    ]
    return Markup("".join(pieces))  # numbers only


def _mark(geometry: BaseGeometry, frame: Frame) -> Iterator[str]:
    shown = shapely.simplify(geometry, 0.3 / frame[2])
    if not shown.is_empty and shown.geom_type != "Point":
        kind = "locator-shape" if shown.area > 0 else "locator-line"
        yield f'<path class="{kind}" d="{"".join(_path(shown, frame))}"/>'
    west, south, east, north = geometry.bounds
    if max(east - west, north - south) * frame[2] < SMALLEST:
        x, y = _place((west + east) / 2, (south + north) / 2, frame)
        yield f'<circle class="locator-ring" cx="{x:.1f}" cy="{y:.1f}" r="{SMALLEST}"/>'


def _path(geometry: BaseGeometry, frame: Frame) -> Iterator[str]:
    for part in shapely.get_parts(geometry):
        lines = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for line in lines:
            places = (_place(x, y, frame) for x, y, *_ in line.coords)
            closing = "Z" if part.geom_type == "Polygon" else ""
            yield "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + closing


def _place(lon: float, lat: float, frame: Frame) -> tuple[float, float]:
    west, north, scale = frame
    return MARGIN + (lon - west) * scale, MARGIN + (north - lat) * scale


_kept: dict[str, BaseGeometry] = {}  # one country, by the version of its rows


def _country(session: Session) -> BaseGeometry | None:
    version = country_version(session)
    if version not in _kept:
        outline = country_outline(session)
        if outline is None:
            return None
        _kept.clear()
        _kept[version] = shapely.simplify(shapely.from_wkb(outline), COUNTRY_DETAIL_DEG)
    return _kept[version]
