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
from cadastre.geometry.corners import format_lonlat
from cadastre.geometry.crs import utm_zone_for
from cadastre.geometry.position import read_position
from cadastre.queries.asof import AsOf
from cadastre.queries.search import Found, search
from cadastre.rules.doubts import GRADES
from cadastre.sentences import say
from cadastre.services.labels import label_of, page_address, substances_named

search_routes = Blueprint("search", __name__)
AROUND_DEG = 0.05


@search_routes.get("/api/search")
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Search the register",
        SearchAnswer,
        parameters=(
            Parameter("q", "Number, name, holder, substance, place or position", example="Bassar"),
            Parameter("limit", "At most so many answers", "integer", 20),
            AT,
            LANG,
        ),
    )
)
def find() -> Response:
    """Give the best answers to ``q``, each with its box and the address of its page."""
    limit = parse_count(request.args.get("limit"), "limit", 20, 100)
    words = request.args.get("q", "")
    return json_response({"results": answers(words, parse_moment(request.args), limit)})


def answers(words: str, at: AsOf, limit: int) -> list[dict[str, Any]]:
    """Give what the API and the page without a script both list; a position comes first."""
    ruleset = state().ruleset
    position = read_position(words, ruleset.envelope, ruleset.legal_crs)
    found = search(
        db_session(), words, at, substances=substances_named(ruleset, words), limit=limit
    )
    listed = [represent(one) for one in found]
    return [represent_position(*position), *listed] if position else listed


def represent_position(lon: float, lat: float) -> dict[str, Any]:
    """Represent a place typed as coordinates: a spot of the map, nothing of the register."""
    language = current_language()
    zone = utm_zone_for(lon, lat)
    east, north = format_lonlat(lon, lat, "dms", language=language, decimals=1).split("\t")
    x, y = format_lonlat(lon, lat, "utm", language=language, crs=zone, decimals=0).split("\t")
    return {
        "collection": "position",
        "id": f"{lat:.6f},{lon:.6f}",
        "name": f"{north}  {east}",
        "detail": f"UTM {zone[-2:]}{'N' if lat >= 0 else 'S'} {x} {y}",
        "bbox": [lon - AROUND_DEG, lat - AROUND_DEG, lon + AROUND_DEG, lat + AROUND_DEG],
        "href": f"/#12/{lat:.5f}/{lon:.5f}",
    }


def represent(found: Found) -> dict[str, Any]:
    """Represent one answer in the language of the request."""
    language = current_language()
    kind = label_of(state().ruleset, found.collection, found.kind, language)
    return {
        "collection": found.collection,
        "id": found.id,
        "name": found.name or found.id,
        "detail": " · ".join(part for part in (kind, found.holder, *_marks(found)) if part) or None,
        "bbox": None if found.bbox is None else list(found.bbox),
        "href": page_address(found.collection, found.id),
    }


def _marks(found: Found) -> list[str]:
    """Say what should not be overlooked: no perimeter, a record in doubt."""
    language = current_language()
    no_ground = [say("map.no-perimeter", language)] if found.bbox is None else []
    doubt = found.grade is not None and found.grade != GRADES[0]
    return [*no_ground, *([_doubt(found.grade or "", language)] if doubt else [])]


def _doubt(grade: str, language: str) -> str:
    return say("map.doubt", language, grade=grade, doubt=say(f"grade.{grade}", language))
