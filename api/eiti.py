"""Give what the EITI asks to be published of licences, in one request."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.documentation import AT, LANG, Operation, Parameter, documented
from api.exports import KNOWN, attachment
from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_known, parse_moment, parse_year
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from api.viewing import exporting_viewer
from cadastre.services.eiti.extract import make_extract
from cadastre.services.eiti.files import FORMATS, write_extract

eiti_routes = Blueprint("eiti", __name__)


@eiti_routes.get("/api/eiti")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "EITI requirements 2.2, 2.3 and 2.5 with their completeness",
        parameters=(
            Parameter("format", f"One of {', '.join(FORMATS)}", example="json"),
            Parameter("table", "One table as CSV, such as licences"),
            Parameter("year", "Year of awards and transfers", "integer", 2026), AT, KNOWN, LANG,
        ),
        media_types=tuple(media for _, media in FORMATS.values()),
    )
)  # fmt: skip
def eiti() -> Response:
    """Give the extract; persons are named only to who may take their names away, on record."""
    at, _ = parse_moment(request.args), parse_known(request.args)
    viewer = exporting_viewer("titles")
    made = make_extract(db_session(), at, parse_year(request.args), viewer)
    form = request.args.get("format", "json")
    export = write_extract(
        made, state().ruleset, form, current_language(), request.args.get("table")
    )
    response = attachment(export)
    response.headers["X-Extract-SHA256"] = made.sha256()
    return response
