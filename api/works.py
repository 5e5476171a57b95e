"""Works for programs: enter and change one, and the distance of localities to the network."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.body import json_body
from api.documentation import LANG, Operation, Parameter, documented
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import GEOJSON, json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_actor
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.queries.electrification import as_row, bands, localities
from cadastre.services.works.editing import Given, Kept, add_work, change_work

work_routes = Blueprint("works_api", __name__)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class WorkRequest(Shape):
    """A work as a form has it; ``place`` is WKT or GeoJSON text, longitude first."""

    name: str
    kind: str
    state: str
    place: str
    operator: str = ""
    commissioned_on: str = ""
    reason: str = ""
    attributes: dict[str, Any] = Field(default_factory=dict)

    def given(self) -> Given:
        """Give it to the service."""
        return Given(**self.model_dump())


@work_routes.post("/api/works")
@open_to(Access.SIGNED_IN)
@documented(Operation("Enter a work", body=WorkRequest, parameters=(LANG,)))
def add() -> Response:
    """Enter a work, and check what its corridor touches."""
    actor = require_actor()
    given = json_body(WorkRequest).given()
    kept = add_work(db_session(), state().ruleset, state().settings.data, given, actor)
    return json_response(kept_json(kept), 201)


@work_routes.put("/api/works/<path:key>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Change or reroute a work", body=WorkRequest, parameters=(LANG,)))
def change(key: str) -> Response:
    """Change a work; the cases near its old and new course follow."""
    actor = require_actor()
    given = json_body(WorkRequest).given()
    data = state().settings.data
    return json_response(
        kept_json(change_work(db_session(), state().ruleset, data, key, given, actor))
    )


def kept_json(kept: Kept) -> dict[str, Any]:
    """Represent what was done to a work."""
    return {
        "code": kept.work.code, "done": kept.done, "href": f"/works/{kept.work.code}",
        "cases_opened": list(kept.opened), "cases_closed": list(kept.closed),
    }  # fmt: skip


@work_routes.get("/api/electrification")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Distance of localities to the network in service",
        parameters=(Parameter("format", "json, csv or geojson", example="csv"), LANG),
        media_types=("application/json", "text/csv", GEOJSON),
    )
)
def electrification() -> Response:
    """List localities with their distance to the nearest line, substation or mini-grid."""
    form = request.args.get("format", "json")
    found = localities(db_session())
    rows = [as_row(one) for one in found]
    if form == "csv":
        return _csv(rows)
    if form == "geojson":
        return json_response(_collection(rows), content_type=GEOJSON)
    if form != "json":
        raise UnusableInput("exchange.write-format", where=form[:60], known="json, csv, geojson")
    counted = [
        {"within_km": one.most_km, "localities": one.localities, "population": one.population}
        for one in bands(found)
    ]
    return json_response({"bands": counted, "localities": rows})


def _csv(rows: list[dict[str, Any]]) -> Response:
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["name"])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    answer = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="electrification.csv"'
    return answer


def _cell(value: Any) -> Any:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def _collection(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {n: v for n, v in row.items() if n not in ("lon", "lat")},
            }
            for row in rows
        ],
    }
