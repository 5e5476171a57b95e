"""Turn the pages of an act into what a form begins with: facts, corners, doubts and checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.exchange.read.acts import ReadAct
from cadastre.geometry.corners import read_corners
from cadastre.geometry.crs import is_geographic
from cadastre.geometry.reading import Reading
from cadastre.models import AdministrativeUnit
from cadastre.models.base import SRID
from cadastre.queries.territory import PREFECTURE, REGION
from cadastre.rules.ruleset import Ruleset
from cadastre.rules.written_acts.checks import (
    Check,
    check_area,
    check_dates,
    check_place,
    check_sides,
    printed_sides,
)
from cadastre.rules.written_acts.facts import read_facts
from cadastre.rules.written_acts.flow import Fact, flow_of
from cadastre.rules.written_acts.page import Line, Word, lines_of
from cadastre.rules.written_acts.table import CornerTable, read_table
from cadastre.services.readings import hints_of

LEVELS = {"prefecture": PREFECTURE, "region": REGION}
TOLERANCE = "ruleset.published_area_tolerance"
LEAST_SHARE = 0.01  # a prefecture that holds less of the ground is a matter of drawing


def understand(
    session: Session, ruleset: Ruleset, act: ReadAct, day: dt.date
) -> dict[str, Any]:
    """Give what was read of an act, as it is kept; every value still wants a person."""
    first = _lines([page.words for page in act.pages])
    second = _lines([page.second for page in act.pages])
    flow = flow_of(first)
    facts = read_facts(flow, ruleset, {name: places(session, name) for name in LEVELS})
    table = read_table(first, second, hints_of(ruleset))
    sides = printed_sides(flow) if flow.words else []
    values = {fact.field: fact.value for fact in facts}
    checks = checks_of(session, ruleset, values, table.reading, day, sides)
    return {
        "can_scan": act.can_scan,
        "pages": [
            {"method": page.method, "width": page.width, "height": page.height}
            for page in act.pages
        ],
        "facts": {fact.field: _fact_json(fact) for fact in facts},
        "corners": _table_json(table),
        "sides": [list(side) for side in sides],
        "checks": [check_json(check) for check in checks],
    }


def _lines(words: Sequence[Sequence[Word]]) -> list[Line]:
    return [line for page, each in enumerate(words) for line in lines_of(each, page)]


def places(session: Session, name: str) -> list[str]:
    """List the names of the country's prefectures or regions."""
    query = select(AdministrativeUnit.name).where(AdministrativeUnit.level == LEVELS[name])
    return list(session.scalars(query.distinct()))


def checks_of(
    session: Session,
    ruleset: Ruleset,
    values: dict[str, str | None],
    reading: Reading | None,
    day: dt.date,
    sides: Sequence[tuple[str, str, float]] = (),
) -> list[Check]:
    """Hold what is said twice against itself; what is said once is not checked."""
    checks = []
    perimeter = reading.perimeter if reading else None
    if perimeter is not None and reading is not None:
        area = values.get("published_area")
        if area:
            tolerance = float(ruleset.value(TOLERANCE, day).value or 0)
            checks.append(check_area(perimeter, float(area), ruleset.planar_crs, tolerance))
        corners = [
            (corner.label, corner.lon, corner.lat)
            for ring in reading.rings for corner in ring.corners
            if corner.lon is not None and corner.lat is not None
        ]  # fmt: skip
        plane = reading.crs if reading.crs and not is_geographic(reading.crs) else ruleset.legal_crs
        checks += check_sides(sides, corners, plane)
        for name in LEVELS:
            written = values.get(name)
            if written and (known := _holding(session, perimeter, name)):
                checks.append(check_place(written, known, name))
    applied, granted = values.get("applied_on"), values.get("granted_on")
    if applied and granted:
        checks.append(check_dates(dt.date.fromisoformat(applied), dt.date.fromisoformat(granted)))
    return checks


def _holding(session: Session, perimeter: BaseGeometry, name: str) -> list[str]:
    """List the units of a level that hold some of the ground, the largest part first."""
    unit, ground = AdministrativeUnit, from_shape(perimeter, SRID)
    shared = func.ST_Area(func.ST_Intersection(unit.geom, ground))
    rows = session.execute(
        select(unit.name, shared)
        .where(unit.level == LEVELS[name], func.ST_Intersects(unit.geom, ground))
        .order_by(shared.desc())
    )
    return [row[0] for row in rows if row[1] > LEAST_SHARE * perimeter.area]


def read_typed(ruleset: Ruleset, corners: str, crs: str | None) -> Reading:
    """Read the corners a person typed.

    Raises
    ------
    UnusableInput
        They cannot be read, or a question is open that only the paper answers.
    """
    reading = read_corners(corners, crs=crs or None, hints=hints_of(ruleset))
    if reading.perimeter is None or reading.questions:
        asked = ", ".join(question.code for question in reading.questions)
        raise UnusableInput("acts-read.corners-unclear", where="corners", asked=asked)
    return reading


def _fact_json(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value, "written": fact.written, "page": fact.page,
        "box": list(fact.box) if fact.box else None, "doubts": list(fact.doubts),
    }  # fmt: skip


def check_json(check: Check) -> dict[str, Any]:
    """Write a check as it is kept and shown."""
    return {
        "code": check.code, "agrees": check.agrees, "values": dict(check.values),
        "fields": list(check.fields),
    }  # fmt: skip


def _table_json(table: CornerTable) -> dict[str, Any]:
    reading = table.reading
    return {
        "rows": [
            {
                "label": row.label,
                "cells": [
                    {"written": cell.written, "taken": cell.taken, "page": cell.page,
                     "box": list(cell.box), "doubts": list(cell.doubts)}
                    for cell in row.cells
                ],
            }
            for row in table.rows
        ],
        "text": table.text,
        "crs": reading.crs if reading else None,
        "crs_stated": bool(reading and reading.crs_stated),
        "notes": sorted({note.code for note in reading.notes}) if reading else [],
        "questions": sorted({each.code for each in reading.questions}) if reading else [],
        "refused": table.refused,
    }  # fmt: skip
