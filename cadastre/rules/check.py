"""Check facts against a ruleset: every finding at once, in an order that never changes."""

from __future__ import annotations

from cadastre.rules.case import open_case
from cadastre.rules.checks.limits import (
    check_area,
    check_cells,
    check_direction,
    check_published_area,
    check_sides,
)
from cadastre.rules.checks.place import check_border, check_country, check_region
from cadastre.rules.checks.register import (
    check_neighbours,
    check_openings,
    check_register,
    check_works,
    check_zones,
)
from cadastre.rules.checks.shape import check_shape
from cadastre.rules.checks.substances import check_moratorium, check_regime, check_substances
from cadastre.rules.facts import Facts
from cadastre.rules.fees import check_fees, compute_fees
from cadastre.rules.overlaps import judge_neighbours, judge_works, judge_zones
from cadastre.rules.proposals import propose
from cadastre.rules.registry import Check
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset

CHECKS: tuple[Check, ...] = (
    check_shape,
    check_country,
    check_region,
    check_border,
    check_substances,
    check_regime,
    check_moratorium,
    check_area,
    check_sides,
    check_direction,
    check_cells,
    check_published_area,
    check_register,
    check_neighbours,
    check_zones,
    check_works,
    check_openings,
    check_fees,
)


def check(facts: Facts, ruleset: Ruleset) -> Report:
    """Check a perimeter and what is asked for it.

    Without a kind of title only form, place and what lies there already are checked.

    Raises
    ------
    TooLarge
        More corners, parts or rings than the caps allow.
    UnusableInput
        A corner is nowhere on Earth.
    NotFound
        ``ruleset.unknown-kind``.
    """
    case = open_case(facts, ruleset)
    findings = tuple(finding for run in CHECKS for finding in run(case))
    judged = judge_neighbours(case) + judge_zones(case) + judge_works(case)
    overlaps = tuple(j.overlap for j in judged)
    proposals = propose(case, findings, overlaps)
    return Report(case.area, findings, overlaps, compute_fees(case), proposals)


def finding_codes() -> frozenset[str]:
    """List every code a check may find; each has its sentence in both languages."""
    return frozenset().union(*(check.codes for check in CHECKS))
