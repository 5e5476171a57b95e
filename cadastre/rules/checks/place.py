"""Does it lie in the country, in the region named, away from the border?"""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.location import Relocation, relocate, share_inside
from cadastre.geometry.perimeter import project
from cadastre.rules.case import Case, once
from cadastre.rules.facts import UnitFact
from cadastre.rules.finding import Finding
from cadastre.rules.registry import finds
from cadastre.rules.substances import plain
from cadastre.rules.weight import standing, weigh_limit
from cadastre.vocabulary import Severity

# Outlines of countries are drawn more coarsely than perimeters.
OUTLINE_SHARE = 0.001


def country_of(case: Case) -> BaseGeometry:
    """Give the outline of the State, or the envelope of its law when none is loaded."""
    country = case.facts.country
    return country if country is not None else shapely.box(*case.ruleset.envelope)


@once
def mistakes(case: Case) -> tuple[Relocation, ...]:
    """List reading mistakes that would explain a perimeter wholly outside the country."""
    country = country_of(case)
    if case.ground.is_empty or share_inside(case.ground, country) > OUTLINE_SHARE:
        return ()
    return relocate(case.rings, country, case.facts.crs, case.ruleset.likely_crs)


@finds(
    "country", "place.no-outline", "place.outside", "place.partly-outside", "place.swap-axes",
    "place.other-side", "place.other-crs",
)  # fmt: skip
def check_country(case: Case) -> Iterator[Finding]:
    """Tell what lies outside the State, and the mistake that would explain it."""
    if case.ground.is_empty:
        return
    if case.facts.country is None:
        yield Finding("place.no-outline", Severity.INFO, {"country": case.ruleset.name})
    country = country_of(case)
    inside = share_inside(case.ground, country)
    if inside <= OUTLINE_SHARE:
        yield Finding(
            "place.outside", Severity.BLOCK, {"country": case.ruleset.country},
            geometry=case.ground,
        )  # fmt: skip
    elif inside < 1 - OUTLINE_SHARE:
        outside = shapely.difference(case.ground, country)
        values = {"share": round(100 * (1 - inside), 2), "country": case.ruleset.country}
        yield Finding("place.partly-outside", Severity.WARN, values, geometry=outside)
    for mistake in mistakes(case):
        yield Finding(
            f"place.{mistake.how}", Severity.WARN, dict(mistake.values),
            geometry=mistake.perimeter,
        )  # fmt: skip


@finds("region", "place.other-region", "place.region-unknown", "place.across-regions")
def check_region(case: Case) -> Iterator[Finding]:
    """Compare the region named in the request with the one where the perimeter lies."""
    regions = [unit for unit in case.facts.units if unit.level == 1 and unit.share > OUTLINE_SHARE]
    stated = case.facts.stated_region
    if stated and not case.facts.units:
        yield Finding("place.region-unknown", Severity.INFO, {"stated": stated})
    elif stated and not any(_named(unit, stated) for unit in case.facts.units):
        found = [unit.name for unit in regions or case.facts.units]
        yield Finding("place.other-region", Severity.WARN, {"stated": stated, "found": found})
    if len(regions) > 1:
        shares = [f"{unit.name} ({100 * unit.share:.0f} %)" for unit in regions]
        yield Finding("place.across-regions", Severity.INFO, {"found": shares})


def _named(unit: UnitFact, stated: str) -> bool:
    wanted, name = plain(stated), plain(unit.name)
    return wanted in (name, plain(unit.code)) or wanted.removeprefix("region ") == name


@finds("border", "place.border-strip")
def check_border(case: Case) -> Iterator[Finding]:
    """Where the law keeps a strip along the border free: does the perimeter enter it?"""
    rule = case.ruleset.parameters.get("ruleset.border_strip_width")
    limit = rule.at(case.at) if rule else None
    country = case.facts.country
    if limit is None or not limit.value or country is None or case.ground.is_empty:
        return
    border = shapely.intersection(country.boundary, case.ground.buffer(limit.value / 50_000))
    if border.is_empty:
        return
    distance = project(border, case.crs).distance(project(case.ground, case.crs))
    if distance < limit.value:
        values = {
            "distance": round(float(distance), 1),
            "limit": limit.value,
            "standing": standing(limit.evidence),
        }
        yield Finding(
            "place.border-strip", weigh_limit(limit), values, limit.article, limit.evidence, border
        )
