"""Hold what an act says twice against itself: area, sides, prefecture, dates."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.perimeter import planar_area_m2, planar_crs
from cadastre.rules.written_acts.flow import Flow

_SIDE = re.compile(
    r"\b([a-z]{1,2}\d{0,2})\s?[-–]?\s?([a-z]{1,2}\d{0,2})\s*[=:]\s*"
    r"(\d{1,3}(?:[ .]\d{3})*(?:,\d+)?)\s*(m|km)\b"
)
SIDE_SHARE, SIDE_LEAST_M = 0.005, 5.0
Place = tuple[str, float, float]  # label, longitude, latitude


@dataclass(frozen=True, slots=True)
class Check:
    """Two ways in which an act says one thing: whether they agree, and what each says."""

    code: str
    agrees: bool
    values: Mapping[str, Any]
    fields: tuple[str, ...] = ()


def check_area(
    perimeter: BaseGeometry, printed_ha: float, plane: str, tolerance: float
) -> Check:
    """Hold the printed area (hectares) against the ground the corners draw (EPSG:4326)."""
    drawn = planar_area_m2(perimeter, planar_crs(perimeter, plane)) / 1e4
    gap = abs(drawn - printed_ha) / printed_ha if printed_ha else math.inf
    values = {
        "drawn_ha": round(drawn, 2), "printed_ha": round(printed_ha, 2),
        "percent": round(100 * gap, 2),
    }  # fmt: skip
    return Check("acts-read.check-area", gap <= tolerance, values, ("published_area", "corners"))


def printed_sides(flow: Flow) -> list[tuple[str, str, float]]:
    """List the sides an act measures, as (corner, corner, metres)."""
    sides = []
    for found in _SIDE.finditer(flow.folded):
        number = float(found[3].replace(" ", "").replace(".", "").replace(",", "."))
        length = number * (1000 if found[4] == "km" else 1)
        sides.append((found[1].upper(), found[2].upper(), length))
    return sides


def check_sides(
    sides: Sequence[tuple[str, str, float]], corners: Sequence[Place], plane: str
) -> list[Check]:
    """Hold each printed side (metres, on the plane) against its two corners."""
    at = {label.upper(): (lon, lat) for label, lon, lat in corners}
    checks = []
    for one, other, printed in sides:
        if one not in at or other not in at:
            continue
        xs, ys = from_lonlat(plane, *zip(at[one], at[other], strict=True))
        drawn = math.hypot(float(xs[0] - xs[1]), float(ys[0] - ys[1]))
        agrees = abs(drawn - printed) <= max(SIDE_SHARE * printed, SIDE_LEAST_M)
        values = {"side": one + other, "drawn_m": round(drawn), "printed_m": round(printed)}
        checks.append(Check("acts-read.check-side", agrees, values, ("corners",)))
    return checks


def check_place(written: str, found: Sequence[str], field: str) -> Check:
    """Hold the prefecture or region an act names against those its ground lies in."""
    values = {"written": written, "found": ", ".join(found) or "–"}
    return Check(f"acts-read.check-{field}", written in found, values, (field, "corners"))


def check_dates(applied: dt.date, granted: dt.date) -> Check:
    """Hold the day of the application against that of the signature."""
    values = {"applied": applied.isoformat(), "granted": granted.isoformat()}
    return Check("acts-read.check-dates", applied <= granted, values, ("applied_on", "granted_on"))
