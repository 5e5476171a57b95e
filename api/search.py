"""Search the whole register from one field."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.documentation import AT, LANG, Operation, Parameter, documented
from api.language import current_language
from api.parameters import parse_count, parse_moment
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import SearchAnswer
from api.session import db_session
from api.state import state
from cadastre.queries.search import Found, search
from cadastre.services.labels import label_of, page_address, substances_named

search_routes = Blueprint("search", __name__)


@search_routes.get("/api/search")
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Search the register",
        SearchAnswer,
        parameters=(
            Parameter("q", "Number, name, holder, substance or place", example="Bassar"),
            Parameter("limit", "At most so many answers", "integer", 20),
            AT,
            LANG,
        ),
    )
)
def find() -> Response:
    """Give the best answers to ``q``, each with its box and the address of its page."""
    words = request.args.get("q", "")
    found = search(
        db_session(),
        words,
        parse_moment(request.args),
        substances=substances_named(state().ruleset, words),
        limit=parse_count(request.args.get("limit"), "limit", 20, 100),
    )
    return json_response({"results": [represent(one) for one in found]})


def represent(found: Found) -> dict[str, Any]:
    """Represent one answer in the language of the request."""
    language = current_language()
    kind = label_of(state().ruleset, found.collection, found.kind, language)
    return {
        "collection": found.collection,
        "id": found.id,
        "name": found.name or found.id,
        "detail": " · ".join(part for part in (kind, found.holder) if part) or None,
        "bbox": list(found.bbox),
        "href": page_address(found.collection, found.id),
    }
