"""Lay what the check said at filing beside what it says today."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely import orient_polygons
from shapely.geometry import mapping
from sqlalchemy.orm import Session

from cadastre.models import Application, Party
from cadastre.procedures.terms import day_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import check_perimeter
from cadastre.services.readings import read_geometry
from cadastre.services.representation import finding_as_json
from cadastre.services.titles.ground import held, open_parcels

Subject = tuple[str, str, int]
SAME, GONE, NEW = "same", "gone", "new"
ORDER = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Compared:
    """A finding at filing, today, or both; ``change`` is same, gone or new."""

    change: str
    severity: str
    then: str | None
    now: str | None


def compare_findings(
    session: Session, ruleset: Ruleset, application: Application, at: dt.datetime, language: str
) -> tuple[Compared, ...]:
    """Compare the findings kept at filing with those of the ground it holds now.

    Parameters
    ----------
    at
        The instant of now; ground that was given up since is not looked at.
    """
    filed = _by_subject((application.findings or {}).get("findings", ()))
    today = _by_subject(findings_now(session, ruleset, application, at, language))
    told = [_compared(filed.get(key), today.get(key), language) for key in {**filed, **today}]
    return tuple(sorted(told, key=lambda one: (ORDER.get(one.severity, 3), one.change)))


def findings_now(
    session: Session, ruleset: Ruleset, application: Application, at: dt.datetime, language: str
) -> list[dict[str, Any]]:
    """Check the ground an application holds now, itself left aside."""
    ground = held(open_parcels(session, application, at)).ground
    if ground.is_empty:
        return []
    applicant = session.get_one(Party, application.applicant_id)
    report = check_perimeter(
        session,
        ruleset,
        # The register keeps rings its own way round: that says nothing of what was filed.
        read_geometry(ruleset, mapping(orient_polygons(ground))),
        kind=application.kind,
        substances=tuple(application.substances),
        at=day_of(at, ruleset.time_zone),
        applicant=applicant.name,
        exclude=(application.number,),
    )
    return [finding_as_json(finding, language) for finding in report.findings]


def _by_subject(findings: Iterable[Mapping[str, Any]]) -> dict[Subject, Mapping[str, Any]]:
    """Key findings by what they say and of whom; figures may change without being news.

    Findings that name the same thing are told apart by their order: none hides another.
    """
    keyed: dict[Subject, Mapping[str, Any]] = {}
    met: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        about = (str(finding["code"]), _named(finding))
        keyed[(*about, met[about])] = finding
        met[about] += 1
    return keyed


def _named(finding: Mapping[str, Any]) -> str:
    """Give what a finding is about: another right, a fee, a corner."""
    values = finding.get("values") or {}
    return str(values.get("number") or values.get("fee") or finding.get("corner") or "")


def _compared(
    then: Mapping[str, Any] | None, now: Mapping[str, Any] | None, language: str
) -> Compared:
    change = SAME if then and now else GONE if then else NEW
    severity = (now or then or {}).get("severity", "info")
    return Compared(change, severity, _said(then, language), _said(now, language))


def _said(finding: Mapping[str, Any] | None, language: str) -> str | None:
    return None if finding is None else finding["messages"][language]
