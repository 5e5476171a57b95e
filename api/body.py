"""Take in what is sent, with caps before any parser or geometry library sees it."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.read.geojson import parse_json

MAX_JSON_BYTES = 2_200_000  # a geometry of 2 MB and what stands around it
MAX_DEPTH = 8
Model = TypeVar("Model", bound=BaseModel)


def json_body(model: type[Model]) -> Model:
    """Read the request's JSON as a model.

    Raises
    ------
    UnusableInput
        Not JSON, nested too deep, or not an object. A field in fault raises pydantic's
        ValidationError, which :mod:`api.errors` says.
    TooLarge
        More bytes than a perimeter can need.
    """
    return model.model_validate(parse_json_body())


def parse_json_body() -> dict[str, Any]:
    """Read the request's JSON object."""
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise TooLarge("http.too-large", where="body")
    content = request.get_data(cache=False)
    if len(content) > MAX_JSON_BYTES:
        raise TooLarge("http.too-large", where="body")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableInput("http.not-json", where="body") from None
    body = parse_json(text, "body", MAX_DEPTH)
    if not isinstance(body, dict):
        raise UnusableInput("http.not-an-object", where="body")
    return body
