"""Is the perimeter a well-formed one? Faults of form, told corner by corner."""

from __future__ import annotations

import re
from collections.abc import Iterator

import shapely
from shapely.geometry import Point
from shapely.validation import explain_validity

from cadastre.geometry.validity import Defect, find_defects
from cadastre.rules.case import Case
from cadastre.rules.finding import Finding
from cadastre.rules.registry import finds
from cadastre.vocabulary import Severity

SEVERITIES = {
    "geometry.empty": Severity.BLOCK,
    "geometry.too-few-corners": Severity.BLOCK,
    "geometry.self-crossing": Severity.BLOCK,
    "geometry.self-crossing-swap": Severity.BLOCK,
    "geometry.more-crossings": Severity.BLOCK,
    "geometry.self-touching": Severity.BLOCK,
    "geometry.corner-twice": Severity.BLOCK,
    "geometry.hole-outside": Severity.BLOCK,
    "geometry.holes-overlap": Severity.BLOCK,
    "geometry.parts-overlap": Severity.BLOCK,
    "geometry.duplicate-corner": Severity.WARN,
    "geometry.spike": Severity.WARN,
    "geometry.sliver": Severity.WARN,
    "geometry.narrow-neck": Severity.WARN,
    "geometry.hole-touches": Severity.WARN,
    "geometry.parts-touch": Severity.WARN,
    "geometry.collinear-corner": Severity.INFO,
    "geometry.orientation": Severity.INFO,
}


@finds("shape", *SEVERITIES, "geometry.invalid", "geometry.exclusions", "geometry.parts")
def check_shape(case: Case) -> Iterator[Finding]:
    """Tell every fault of form, and what exclusions and separate parts were understood."""
    # Which way the corners of an order or a drawing run means nothing: only GeoJSON says it does.
    defects = [
        defect
        for defect in find_defects(case.lines)
        if case.facts.is_oriented or defect.code != "geometry.orientation"
    ]
    for defect in defects:
        yield _told(defect)
    blocked = any(SEVERITIES[defect.code] is Severity.BLOCK for defect in defects)
    if not case.facts.perimeter.is_valid and not blocked:
        place = _place_of(explain_validity(case.facts.perimeter))
        yield Finding("geometry.invalid", Severity.BLOCK, {}, geometry=place)
    holes = sum(line.is_exclusion for line in case.lines)
    if holes:
        yield Finding("geometry.exclusions", Severity.INFO, {"count": holes})
    if len(case.lines) - holes > 1:
        yield Finding("geometry.parts", Severity.INFO, {"count": len(case.lines) - holes})


def _place_of(reason: str) -> Point | None:
    """Take the place out of the geometry library's words: ``Self-intersection[1.18 8.13]``."""
    found = re.search(r"\[(-?[\d.]+) (-?[\d.]+)\]", reason)
    return Point(float(found[1]), float(found[2])) if found else None


def _told(defect: Defect) -> Finding:
    place = defect.geometry
    shown = shapely.force_2d(place) if place is not None and not place.is_empty else None
    return Finding(
        defect.code, SEVERITIES[defect.code], dict(defect.values), None, None, shown, defect.corner
    )
