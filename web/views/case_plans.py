"""Draw both sides of a case as a plan on the server: seen without a script, and on each card."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.perimeter import ground, project, unproject
from cadastre.geometry.sheet import NamedCorner, Sheet, draw_sheet
from cadastre.rules.resolution.situation import Situation

WIDE_MM, HIGH_MM = 120.0, 84.0
SMALL_MM = (72.0, 50.0)
EDGE_MM = 6.0
LETTER = 'text-anchor="middle" font-size="{size:g}" font-weight="bold"'


def plan_of(
    situation: Situation,
    left: BaseGeometry | None,
    right: BaseGeometry | None,
    *,
    title: str,
    shared: BaseGeometry | None = None,
    small: bool = False,
) -> str:
    """Draw A and B as they are or would be, each with hatch and letter; SVG.

    The frame is the same before and after, so that two plans may be laid side by side.
    """
    width, height = SMALL_MM if small else (WIDE_MM, HIGH_MM)
    sheet = _frame(situation, width, height)
    context: list[tuple[str, BaseGeometry]] = []
    if right is not None:
        context.append(("case-b", ground(right)))
    if shared is not None and not shared.is_empty:
        context.append(("case-shared", shared))
    drawn = draw_sheet(
        sheet, ground(left) if left is not None else shapely.MultiPolygon(),
        corners=_unnamed(left), context=context, title=title,
    )  # fmt: skip
    letters = _letter(sheet, "A", left, right) + _letter(sheet, "B", right, left)
    return drawn.replace("</svg>", f"{letters}</svg>")


def _frame(situation: Situation, width: float, height: float) -> Sheet:
    """Fill the paper: on a screen no scale is read off with a ruler, the bar tells it."""
    west, south, east, north = project(_view(situation), situation.crs).bounds
    room = (width - 2 * EDGE_MM, height - 2 * EDGE_MM)
    scale = 1000 * max((east - west) / room[0], (north - south) / room[1])
    return Sheet(width, height, scale, situation.crs, ((west + east) / 2, (south + north) / 2))


def _view(situation: Situation) -> BaseGeometry:
    """Give what a plan shows: A whole, and of B what lies around it."""
    around = _around(situation.left.ground)
    seen = situation.right.ground.intersection(around)
    return shapely.union(shapely.box(*situation.left.ground.bounds), shapely.box(*seen.bounds))


def _around(shape: BaseGeometry) -> BaseGeometry:
    west, south, east, north = shape.bounds
    margin = max(east - west, north - south)
    return shapely.box(west - margin, south - margin, east + margin, north + margin)


def near(situation: Situation, shape: BaseGeometry) -> BaseGeometry:
    """Keep of a large zone or work what lies around A, for a map that need not carry it whole."""
    return shape.intersection(_around(situation.left.ground))


def _unnamed(shape: BaseGeometry | None) -> list[NamedCorner]:
    """Mark corners without naming them: the letters of a case are those of its two shapes."""
    if shape is None:
        return []
    return [("", x, y) for ring in shapely.get_rings(shape) for x, y, *_ in ring.coords[:-1]]


def _letter(
    sheet: Sheet, letter: str, mine: BaseGeometry | None, other: BaseGeometry | None
) -> str:
    """Write a letter in the largest part that is a side's alone."""
    if mine is None or mine.is_empty:
        return ""
    alone = mine if other is None else mine.difference(other)
    alone = alone.intersection(_window(sheet)) if not alone.is_empty else mine
    if alone.is_empty:
        return ""
    lon, lat = max(shapely.get_parts(alone), key=lambda p: p.area).representative_point().coords[0]
    easting, northing = from_lonlat(sheet.crs, [lon], [lat])
    x, y = sheet.place(float(easting[0]), float(northing[0]))
    look = LETTER.format(size=sheet.height_mm / 12)
    return f'<text class="case-letter" {look} x="{x:g}" y="{y:g}">{letter}</text>'


def _window(sheet: Sheet) -> BaseGeometry:
    return unproject(shapely.box(*sheet.window()), sheet.crs)
