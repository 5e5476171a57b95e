"""The EITI page: scores first, then what is missing where, the tables, and files to take away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from api.language import current_language
from api.parameters import parse_moment, parse_year
from api.session import db_session
from api.state import state
from cadastre.services.eiti.columns import JUDGED
from cadastre.services.eiti.completeness import WHOLE
from cadastre.services.eiti.extract import Extract, make_extract, notes
from cadastre.services.eiti.files import as_tables, region_name

pages = Blueprint("eiti_page", __name__)
FIRST_ROWS = 8


@pages.get("/eiti")
def eiti() -> str:
    """Show the extract of a day without persons, whoever looks: files may hold more."""
    language, ruleset = current_language(), state().ruleset
    made = make_extract(db_session(), parse_moment(request.args), parse_year(request.args))
    tables = as_tables(made, ruleset, language)
    return render_template(
        "eiti.html", made=made, means=made.means(), notes=notes(language),
        judged=[(sheet, *matrix(made, sheet.id, language)) for sheet in JUDGED],
        tables=[(table, table.rows[:FIRST_ROWS]) for table in tables[: len(JUDGED)]],
        query={"at": made.at.day.isoformat(), "year": made.year},
    )  # fmt: skip


def matrix(made: Extract, table: str, language: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Turn scores into rows of fields with a cell for each region, the whole country first."""
    found = [one for one in made.scores if one.table == table]
    regions = list(dict.fromkeys(one.region for one in found)) or [WHOLE]
    by_field: dict[str, dict[str, Any]] = {}
    for one in found:
        row = by_field.setdefault(
            one.field, {"field": one.field, "held": one.held_by_register, "cells": {}}
        )
        row["cells"][one.region] = one
    rows = [{**row, "cells": [row["cells"].get(r) for r in regions]} for row in by_field.values()]
    return [region_name(region, language) for region in regions], rows
