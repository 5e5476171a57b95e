"""Hold ground that an act makes against the shape rules of its kind, and new ground against all."""

from __future__ import annotations

import datetime as dt

from shapely.geometry import MultiPolygon, mapping
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.geometry.reading import Reading
from cadastre.models import Application, Title
from cadastre.rules.finding import Finding
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import check_perimeter
from cadastre.services.readings import read_geometry
from cadastre.vocabulary import Severity

# Form and limits only: a freeze of new grants does not stop what happens to a right that lives.
ABOUT_SHAPE = ("geometry.", "limits.", "direction.", "grid.")


def reading_of(ruleset: Ruleset, ground: MultiPolygon) -> Reading:
    """Read ground of the register as if it had been filed."""
    one = ground.geoms[0] if len(ground.geoms) == 1 else ground
    return read_geometry(ruleset, mapping(one))


def ensure_lawful_shape(ruleset: Ruleset, title: Title, ground: MultiPolygon, day: dt.date) -> None:
    """Refuse ground whose shape or size the law of its kind forbids.

    Raises
    ------
    Blocked
        ``titles.shape-blocked`` with the findings.
    """
    report = check_perimeter(
        None,
        ruleset,
        reading_of(ruleset, ground),
        kind=title.kind,
        substances=title.substances,
        at=day,
    )
    _refuse([f for f in report.findings if f.code.startswith(ABOUT_SHAPE)], title.number)


def ensure_lawful_ground(
    session: Session,
    ruleset: Ruleset,
    asker: Title | Application,
    ground: MultiPolygon,
    day: dt.date,
    *,
    holder: str | None,
    exclude: tuple[str, ...],
) -> None:
    """Refuse ground that law or register forbid today, zones and freezes included.

    Raises
    ------
    Blocked
        ``titles.shape-blocked`` with the findings.
    """
    report = check_perimeter(
        session,
        ruleset,
        reading_of(ruleset, ground),
        kind=asker.kind,
        substances=asker.substances,
        at=day,
        applicant=holder,
        exclude=exclude,
    )
    _refuse(list(report.findings), asker.number)


def _refuse(findings: list[Finding], number: str) -> None:
    blocking = [finding for finding in findings if finding.severity is Severity.BLOCK]
    if blocking:
        raise Blocked(
            "titles.shape-blocked",
            where=number,
            number=number,
            count=len(blocking),
            codes=", ".join(sorted({finding.code for finding in blocking})),
            findings=blocking,
        )
