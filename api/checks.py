"""Check a perimeter against the law and the register."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.rasters import raster_readers
from api.representation import json_response
from api.schemas import CheckAnswer, CheckRequest
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.geometry.reading import Reading
from cadastre.geometry.sound import sound
from cadastre.queries.visibility import Viewer
from cadastre.rules.facts import Facts
from cadastre.rules.permissions import clearance
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import Demand, check_demand, today
from cadastre.services.rasters import figures_of
from cadastre.services.rasters.figures import said_figures
from cadastre.services.readings import only_one, read_geometry, read_input
from cadastre.services.representation import report_json

check_routes = Blueprint("checks", __name__)


@check_routes.post("/api/checks")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(Operation("Check a perimeter", CheckAnswer, CheckRequest, (LANG,)))
def check() -> Response:
    """Give areas, findings, overlaps, fees and proposals, all at once."""
    asked = json_body(CheckRequest)
    ruleset = state().ruleset
    reading = read_perimeter(asked.geometry, asked.corners, asked.crs, asked.answers, ruleset)
    demand = Demand(
        reading,
        asked.at or today(ruleset),
        asked.kind,
        tuple(asked.substances),
        asked.applicant,
        exclude=tuple(asked.exclude),
        with_openings=True,
    )
    answer = check_demand(db_session() if asked.register_ else None, ruleset, demand)
    told = report_json(answer.facts, answer.report, reading, current_language())
    wants_rasters = asked.register_ and asked.rasters
    return json_response({**told, "rasters": _figures(answer.facts) if wants_rasters else []})


def _figures(facts: Facts) -> list[dict[str, Any]]:
    """Say what each raster holds over the perimeter."""
    found = figures_of(
        db_session(), raster_readers(), sound(facts.perimeter), Viewer(clearance(current_actor()))
    )
    return [said_figures(one, current_language()) for one in found]


def read_perimeter(
    geometry: dict[str, object] | None,
    corners: str | None,
    crs: str | None,
    answers: dict[str, str],
    ruleset: Ruleset,
) -> Reading:
    """Read the one perimeter that a request sends, as a geometry or as pasted corners."""
    if (geometry is None) == (corners is None):
        raise UnusableInput("http.one-of", where="geometry", names="geometry, corners")
    if geometry is not None:
        return read_geometry(ruleset, geometry, crs or "EPSG:4326")
    readings = read_input(
        ruleset,
        (corners or "").encode(),
        crs=crs,
        answers=answers,
        language=current_language(),
    )
    return only_one(readings, "corners")
