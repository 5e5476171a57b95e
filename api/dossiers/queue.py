"""The agent's desk over HTTP: queues, what is to be done today, absences, colleagues."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, request
from pydantic import Field

from api.body import json_body
from api.documentation import LANG, Operation, Parameter, documented
from api.dossiers.shapes import DossierListShape
from api.language import current_language
from api.parameters import parse_count
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.queries.desk import MOST_ROWS, Asked
from cadastre.services.dossiers.assignment import be_away, colleagues
from cadastre.services.dossiers.listing import desk_rows, today, turn_of

queue_routes = Blueprint("dossier_queue", __name__)
QUEUES = ("todo", "mine", "nobody", "overdue", "unread", "all", "closed")


class AbsenceRequest(Shape):
    """When one is away and who stands in; ``ends_on`` is the day of return."""

    substitute_id: int = Field(ge=1, le=2**62)
    starts_on: dt.date
    ends_on: dt.date


@queue_routes.get("/api/desk")
@open_to(Access.AGENT)
@documented(
    Operation(
        "List the dossiers of the desk",
        DossierListShape,
        None,
        (
            Parameter("queue", f"One of {', '.join(QUEUES)}", example="todo"),
            Parameter("service", "Id of a service"),
            Parameter("state", "State of the dossier", example="examining"),
            Parameter("q", "Number or name, accents and small mistakes allowed"),
            Parameter("limit", "Most rows", "integer", 50),
            Parameter("offset", "Rows to pass over", "integer", 0),
            LANG,
        ),
    )
)
def queue() -> Response:
    """List dossiers, what is due first at the top."""
    limit = parse_count(request.args.get("limit"), "limit", 50, MOST_ROWS)
    offset = parse_count(request.args.get("offset"), "offset", 0, 100_000)
    rows, total = desk_rows(
        db_session(), current_actor(), asked_of_request(), current_language(),
        limit=limit, offset=offset,
    )  # fmt: skip
    return json_response({"dossiers": rows, "total": total})


def asked_of_request() -> Asked:
    """Read which queue is wanted; by default, what waits for the person asking."""
    wanted = request.args.get("queue", "todo")
    turn = turn_of(current_actor()) if wanted in ("todo", "mine", "nobody", "overdue") else ()
    return Asked(
        turn=turn,
        carried=wanted if wanted in ("mine", "nobody") else None,
        service=request.args.get("service") or None,
        state=request.args.get("state") or None,
        overdue=wanted == "overdue",
        closed=wanted == "closed",
        unread=wanted == "unread",
        words=(request.args.get("q") or "").strip()[:100] or None,
    )


@queue_routes.get("/api/desk/today")
@open_to(Access.AGENT)
@documented(Operation("Count what is to be done today"))
def to_do() -> Response:
    """Count what waits for the person asking."""
    return json_response(today(db_session(), state().ruleset, current_actor()))


@queue_routes.get("/api/desk/colleagues")
@open_to(Access.AGENT)
@documented(Operation("List the people of the office"))
def people() -> Response:
    """List to whom a dossier may be given."""
    found = [{"id": one.id, "name": one.display_name} for one in colleagues(db_session())]
    return json_response({"colleagues": found})


@queue_routes.post("/api/desk/absences")
@open_to(Access.AGENT, second_factor=False)
@documented(Operation("Be away, and say who stands in", body=AbsenceRequest, status=201))
def away() -> Response:
    """Name who sees one's dossiers for some days."""
    asked = json_body(AbsenceRequest)
    absence = be_away(
        db_session(), current_actor(), asked.substitute_id, asked.starts_on, asked.ends_on
    )
    return json_response({"id": absence.id}, 201)
