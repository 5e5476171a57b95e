"""Plan the real perimeters of published orders, read from their printed text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from cadastre.errors import NotAvailable
from cadastre.geometry.corners import read_corners
from cadastre.rules.ruleset import Ruleset
from cadastre.services.demonstration.plan import Company, PlannedTitle, Printed
from cadastre.services.demonstration.sources import read_description
from cadastre.services.filing import corners_as_filed
from cadastre.services.readings import hints_of
from cadastre.units import ha_to_m2

REAL_TRADE = "real"


def plan_real_titles(
    folder: Path, ruleset: Ruleset, companies: list[Company]
) -> list[PlannedTitle]:
    """Plan a title per real perimeter; holders are added to the companies.

    Raises
    ------
    NotAvailable
        ``demonstration.unread``: the reader asks something the description does not answer.
    """
    planned = []
    for row in read_description(folder, "real_perimeters"):
        companies.append(Company(row["holder"], None, REAL_TRADE))
        planned.append(
            PlannedTitle(
                number=row["number"],
                name=row["name"],
                kind=row["kind"],
                substances=tuple(row["substances"]),
                printed=_printed(row, ruleset),
                holders=((len(companies) - 1, 1, 1),),
                applied_on=row["applied_on"],
                granted_on=row["granted_on"] or row["starts_on"],
                grant_was_read=row["granted_on"] is not None,
                expires_on=None,
                instrument=row["instrument"],
                published_area_m2=ha_to_m2(row["published_area_ha"]),
                source=row["source"],
                doubts=tuple(row["doubts"]),
            )
        )
    return planned


def _printed(row: dict[str, Any], ruleset: Ruleset) -> Printed:
    reading = read_corners(
        row["text"], crs=row["crs"], answers=row["answers"], hints=hints_of(ruleset)
    )
    if reading.perimeter is None or reading.crs is None:
        asked = ", ".join(question.code for question in reading.questions)
        raise NotAvailable("demonstration.unread", where=row["id"], questions=asked)
    ground = reading.perimeter
    whole = MultiPolygon([ground]) if isinstance(ground, Polygon) else ground
    corners: list[Any] = corners_as_filed(reading)
    return Printed(row["text"], reading.crs, corners, whole)
