"""Plan the fictitious register whole: real titles, overlaps put on purpose, then all the others."""

from __future__ import annotations

from pathlib import Path

from cadastre.rules.ruleset import Ruleset
from cadastre.services.demonstration.cases import plan_cases
from cadastre.services.demonstration.plan import Plan
from cadastre.services.demonstration.planning import Planner
from cadastre.services.demonstration.real import plan_real_titles
from cadastre.services.demonstration.sources import read_description


def plan_register(folder: Path, ruleset: Ruleset) -> Plan:
    """Plan titles, applications and the overlaps put among them on purpose."""
    described = read_description(folder, "deposits")
    planner = Planner(folder, described, ruleset)
    planner.add_real(plan_real_titles(folder, ruleset, planner.plan.companies))
    plan_cases(planner)
    planner.plan_districts()
    planner.plan_applications()
    return planner.plan
