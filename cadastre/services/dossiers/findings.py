"""Lay what the check said at filing beside what it says today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry import mapping
from sqlalchemy.orm import Session

from cadastre.models import Application, Party
from cadastre.procedures.terms import day_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import check_perimeter
from cadastre.services.readings import read_geometry
from cadastre.services.representation import finding_as_json
from cadastre.services.titles.ground import held, open_parcels

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
        read_geometry(ruleset, mapping(ground)),
        kind=application.kind,
        substances=tuple(application.substances),
        at=day_of(at, ruleset.time_zone),
        applicant=applicant.name,
        exclude=(application.number,),
    )
    return [finding_as_json(finding, language) for finding in report.findings]


def _by_subject(findings: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Key findings by what they say and of whom; figures may change without being news."""
    return {
        (one["code"], str((one.get("values") or {}).get("number") or one.get("corner") or "")): one
        for one in findings
    }


def _compared(
    then: Mapping[str, Any] | None, now: Mapping[str, Any] | None, language: str
) -> Compared:
    change = SAME if then and now else GONE if then else NEW
    severity = (now or then or {}).get("severity", "info")
    return Compared(change, severity, _said(then, language), _said(now, language))


def _said(finding: Mapping[str, Any] | None, language: str) -> str | None:
    return None if finding is None else finding["messages"][language]
