"""Read coordinates, and write them back as a table of corners."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import CornersAnswer, CornersRequest, ReadingRequest, Readings
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.exchange.read.geojson import parse_json
from cadastre.geometry.reading import Reading
from cadastre.services.corner_tables import corner_table
from cadastre.services.readings import read_input
from cadastre.services.representation import reading_json

reading_routes = Blueprint("readings", __name__)
MOST_CORNERS = 500


@reading_routes.post("/api/readings")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Read coordinates from text or a file", Readings, ReadingRequest, (LANG,), upload=True
    )
)
def read() -> Response:
    """Read every perimeter, with a note on each repair and the questions that stay open."""
    readings = _uploaded() if request.files or _is_form() else _pasted()
    language = current_language()
    return json_response({"readings": [reading_json(one, language) for one in readings]})


@reading_routes.post("/api/corners")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(Operation("Write rings as a table of corners", CornersAnswer, CornersRequest, (LANG,)))
def write() -> Response:
    """Write longitudes and latitudes in the manner asked for."""
    asked = json_body(CornersRequest)
    count = sum(map(len, asked.rings))
    if count > MOST_CORNERS:
        raise UnusableInput("http.too-many-corners", where="rings", most=MOST_CORNERS)
    return json_response(corner_table(asked.rings, asked.style, asked.crs, current_language()))


def _is_form() -> bool:
    return request.mimetype == "multipart/form-data"


def _pasted() -> tuple[Reading, ...]:
    asked = json_body(ReadingRequest)
    return read_input(
        state().ruleset,
        asked.text.encode(),
        crs=asked.crs or None,
        answers=asked.answers,
        language=current_language(),
        format=asked.format,
    )


def _uploaded() -> tuple[Reading, ...]:
    sent = request.files.get("file")
    if sent is None:
        raise UnusableInput("http.one-of", where="file", names="file")
    return read_input(
        state().ruleset,
        sent.stream.read(),
        sent.filename or "",
        crs=request.form.get("crs") or None,
        answers=_answers(request.form.get("answers")),
        language=current_language(),
    )


def _answers(text: str | None) -> dict[str, str]:
    """Read the answers of a form: a JSON object of strings."""
    if not text:
        return {}
    given: Any = parse_json(text[:20_000], "answers", 2)
    if not isinstance(given, dict):
        raise UnusableInput("http.not-an-object", where="answers")
    return {str(code): str(value) for code, value in given.items()}
