"""Read what the room is held against: services announced, thresholds of alerts, both as data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from cadastre.config import Settings
from cadastre.queries.supervision import Thresholds
from cadastre.rules.catalogue import Catalogue, suspension
from cadastre.rules.ruleset import Ruleset, Text


@dataclass(frozen=True, slots=True)
class Plan:
    """What was announced, by whom, and from which numbers an alert is raised."""

    aimed_at: int
    announced: int
    told_percent: int | None
    note: Text
    source: str
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Realised:
    """Services that can be asked for today, beside those aimed at."""

    online: int
    suspended: int
    aimed_at: int
    announced: int

    @property
    def percent(self) -> int:
        """Give the rate of realisation: services offered here, suspended ones left out."""
        return round(100 * self.online / self.aimed_at) if self.aimed_at else 0


@cache
def load_plan(path: Path) -> Plan:
    """Read ``data/supervision/<ruleset>.yaml``; a country without one is held against nothing."""
    if not path.exists():
        return Plan(0, 0, None, {"fr": "", "en": ""}, "", Thresholds(5, 10, 20))
    told = yaml.safe_load(path.read_text("utf-8"))
    services, alerts = told["services"], told["alerts"]
    return Plan(
        services["aimed_at"], services["announced"], services.get("told_percent"),
        services["note"], services["source"],
        Thresholds(
            alerts["fewest_titles"], alerts["most_percent"], alerts["most_exports_a_day"]
        ),
    )  # fmt: skip


def plan_of(settings: Settings) -> Plan:
    """Give the plan of a deployment's country."""
    return load_plan(settings.data / "supervision" / f"{settings.ruleset}.yaml")


def realised(plan: Plan, catalogue: Catalogue, ruleset: Ruleset, day: dt.date) -> Realised:
    """Count the services of the catalogue that are open on a day, and those a freeze stops."""
    stopped = sum(suspension(service, ruleset, day) is not None for service in catalogue)
    return Realised(len(catalogue) - stopped, stopped, plan.aimed_at, plan.announced)
