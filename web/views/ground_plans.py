"""Draw several grounds on one plan: what was, what would be, what comes free, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import shapely
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.perimeter import ground, planar_crs
from cadastre.geometry.sheet import Sheet, draw_sheet, fit_sheet
from cadastre.rules.ruleset import Ruleset

WIDE_MM, HIGH_MM = 120.0, 84.0
LETTER_MM = 6.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """Ground to draw, EPSG:4326: ``kind`` is its class in the styles, ``letter`` its name."""

    kind: str
    ground: BaseGeometry
    letter: str = ""


def plan_of_grounds(ruleset: Ruleset, shapes: Sequence[Drawn], title: str) -> Markup | None:
    """Draw grounds in the order given, the last on top; None where there is nothing to draw."""
    shown = [one for one in shapes if not one.ground.is_empty]
    if not shown:
        return None
    together = shapely.union_all([one.ground for one in shown])
    crs = planar_crs(together, ruleset.planar_crs)
    sheet = fit_sheet(together, crs, width_mm=WIDE_MM, height_mm=HIGH_MM)
    drawn = draw_sheet(
        sheet, shapely.MultiPolygon(), corners=(), title=title,
        context=[(one.kind, ground(one.ground)) for one in shown],
    )  # fmt: skip
    letters = "".join(_letters(sheet, shown))
    # Drawn by us from numbers; its only texts, title and letters, are escaped.
    return Markup(drawn.replace("</svg>", f"{letters}</svg>"))


def _letters(sheet: Sheet, shapes: Iterable[Drawn]) -> Iterable[str]:
    for one in shapes:
        if not one.letter:
            continue
        largest = max(shapely.get_parts(one.ground), key=lambda part: part.area)
        lon, lat = largest.representative_point().coords[0]
        easting, northing = from_lonlat(sheet.crs, [lon], [lat])
        x, y = sheet.place(float(easting[0]), float(northing[0]))
        yield (
            f'<text class="ground-letter" text-anchor="middle" font-size="{LETTER_MM:g}"'
            f' font-weight="bold" x="{x:g}" y="{y + LETTER_MM / 3:g}">{escape(one.letter)}</text>'
        )
