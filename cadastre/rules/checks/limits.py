"""Is it as large, as long and as straight as the law wants? Areas, sides, directions, cells."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from shapely.geometry import LineString, MultiLineString

from cadastre.errors import TooLarge, UnusableInput
from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.grid import cells_of
from cadastre.geometry.perimeter import METRES_PER_DEGREE, Side, sides
from cadastre.rules.case import Case
from cadastre.rules.finding import Finding
from cadastre.rules.registry import finds
from cadastre.rules.ruleset import DatedValue
from cadastre.rules.weight import standing, weigh_limit
from cadastre.units import M2_PER_HA, M2_PER_KM2, ha_to_m2
from cadastre.vocabulary import Severity

# A tenth of a hectare per square kilometre: the rounding of printed corners passes no limit.
ROUNDING = 1e-3
SIDES_NAMED = 8


def _passed(code: str, limit: DatedValue, **values: Any) -> Finding:
    told = {"limit": limit.value, "standing": standing(limit.evidence), **values}
    geometry = told.pop("geometry", None)
    return Finding(code, weigh_limit(limit), told, limit.article, limit.evidence, geometry)


def _rule(case: Case, name: str) -> DatedValue | None:
    """Give a rule of the kind that has a value on the day."""
    found = case.kind.at(name, case.at) if case.kind else None
    return found if found is not None and found.value is not None else None


@finds("area", "limits.area-over", "limits.area-under", needs_kind=True)
def check_area(case: Case) -> Iterator[Finding]:
    """Compare the planar area with the least and greatest of the kind."""
    area = case.planar_m2 / M2_PER_KM2
    most, least = _rule(case, "max_area_km2"), _rule(case, "min_area_km2")
    if most and area > most.value * (1 + ROUNDING):
        yield _passed("limits.area-over", most, area=round(area, 4))
    if least and area < least.value * (1 - ROUNDING):
        yield _passed("limits.area-under", least, area=round(area, 4))


@finds("sides", "limits.side-over", "limits.side-under", needs_kind=True)
def check_sides(case: Case) -> Iterator[Finding]:
    """Compare the length of every side with the least and greatest of the kind."""
    most, least = _rule(case, "max_side_km"), _rule(case, "min_side_km")
    all_sides = sides(case.rings) if most or least else ()
    if most:
        long = [s for s in all_sides if s.length_m > most.value * 1000 * (1 + ROUNDING)]
        yield from _bad_sides("limits.side-over", most, long)
    if least:
        short = [s for s in all_sides if s.length_m < least.value * 1000 * (1 - ROUNDING)]
        yield from _bad_sides("limits.side-under", least, short)


def _bad_sides(code: str, limit: DatedValue, bad: list[Side]) -> Iterator[Finding]:
    if bad:
        longest = max(side.length_m for side in bad) / 1000
        yield _passed(
            code, limit, sides=_names(bad), length=round(longest, 3), geometry=_drawn(bad)
        )


def _names(some: list[Side]) -> str:
    told = ", ".join(f"{side.start}-{side.end}" for side in some[:SIDES_NAMED])
    return told + ("…" if len(some) > SIDES_NAMED else "")


def _drawn(some: list[Side]) -> MultiLineString:
    return MultiLineString([LineString(side.line) for side in some])


@finds("direction", "direction.off-grid", "direction.off-meridian", needs_kind=True)
def check_direction(case: Case) -> Iterator[Finding]:
    """Find sides that follow neither axis of the legal grid, or neither meridian nor parallel.

    The gap is measured at the end of the side, in metres: an angle would condemn short sides for
    the rounding of their corners.
    """
    rule, tolerance = _rule(case, "direction"), _rule(case, "direction_tolerance_m")
    if rule is None:
        return
    allowed = float(tolerance.value) if tolerance else 0.0
    bad = [(side, gap) for side, gap in _gaps(case, rule.value) if gap > allowed]
    if bad:
        code = "direction.off-grid" if rule.value == "grid" else "direction.off-meridian"
        askew = [side for side, _ in bad]
        yield _passed(
            code, rule, sides=_names(askew), gap=round(max(gap for _, gap in bad), 1),
            tolerance=allowed, crs=case.crs, geometry=_drawn(askew),
        )  # fmt: skip


def _gaps(case: Case, direction: str) -> Iterator[tuple[Side, float]]:
    for side in sides(case.rings):
        if direction == "meridian":
            (lon, lat), (lon2, lat2) = side.line
            east = abs(lon2 - lon) * math.cos(math.radians((lat + lat2) / 2))
            across = min(east, abs(lat2 - lat)) * METRES_PER_DEGREE
        else:
            lons, lats = zip(*side.line, strict=True)
            try:
                xs, ys = from_lonlat(case.crs, lons, lats)
            except UnusableInput:
                return
            across = min(abs(xs[1] - xs[0]), abs(ys[1] - ys[0]))
        yield side, float(across)


@finds("cells", "grid.not-whole-cells", "grid.cells", "grid.cells-over", needs_kind=True)
def check_cells(case: Case) -> Iterator[Finding]:
    """Where perimeters are made of cells: are they whole, and not too many?"""
    rule, grid, name = _rule(case, "geometry"), case.grid, case.ruleset.cell_name
    if rule is None or grid is None:
        return
    most = _rule(case, "max_cells")
    try:
        count = cells_of(case.ground, grid)
    except TooLarge as beyond:
        if most:
            yield _passed("grid.cells-over", most, cells=beyond.values["count"], cell=name)
        return
    values = {"cells": len(count.entered), "whole": len(count.whole), "cell": name}
    if count.is_whole:
        yield Finding("grid.cells", Severity.INFO, values, rule.article, rule.evidence)
    else:
        values["partial"] = len(count.partial)
        yield _passed("grid.not-whole-cells", rule, **values)
    if most and len(count.entered) > most.value:
        yield _passed("grid.cells-over", most, cells=len(count.entered), cell=name)


@finds(
    "published area", "area.published-differs", "area.published-agrees", "area.published-unit",
    "area.published-geodesic",
)  # fmt: skip
def check_published_area(case: Case) -> Iterator[Finding]:
    """Compare the printed area with the planar one, as orders are made; show the geodesic too."""
    printed = case.facts.published_area_ha
    if not printed or printed <= 0:
        return
    rule = case.ruleset.value("ruleset.published_area_tolerance", case.at)
    allowed = float(rule.value or 0.0)
    planar, geodesic = case.planar_m2, ha_to_m2(case.area.geodesic_ha)
    values = {
        "published": printed,
        "planar": round(planar / M2_PER_HA, 4),
        "geodesic": round(case.area.geodesic_ha, 4),
        "gap": round(100 * (planar / ha_to_m2(printed) - 1), 2),
        "tolerance": 100 * allowed,
        "crs": case.crs,
    }
    code, severity = "area.published-differs", Severity.WARN
    if _close(planar, ha_to_m2(printed), allowed):
        code, severity = "area.published-agrees", Severity.INFO
    elif _close(geodesic, ha_to_m2(printed), allowed):
        code, severity = "area.published-geodesic", Severity.INFO
    elif any(_close(planar, ha_to_m2(printed) * factor, allowed) for factor in (0.01, 100.0)):
        code = "area.published-unit"
    yield Finding(code, severity, values, rule.article, rule.evidence)


def _close(measured_m2: float, printed_m2: float, allowed: float) -> bool:
    return abs(measured_m2 / printed_m2 - 1) <= allowed
