"""Take in what is sent, with caps before any parser or geometry library sees it."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from flask import Flask, request
from pydantic import BaseModel

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.read.geojson import parse_json

MAX_JSON_BYTES = 2_200_000  # a geometry of 2 MB and what stands around it
MAX_DEPTH = 8
Model = TypeVar("Model", bound=BaseModel)
NUL = "\0"
# The character zero written in JSON: \\u0000 after an even number of backslashes.
ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def register_body(app: Flask) -> None:
    """Hold what every request sends to what a database can keep."""
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Refuse the character zero in addresses and forms: no text of ours holds it.

    Raises
    ------
    UnusableInput
        ``http.no-nul``, naming the field.
    """
    sent = [*request.args.items(multi=True), *(request.view_args or {}).items()]
    for name, value in sent:
        if NUL in name or (isinstance(value, str) and NUL in value):
            raise UnusableInput("http.no-nul", where=name.replace(NUL, ""))


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
    if ESCAPED_NUL.search(text):
        raise UnusableInput("http.no-nul", where="body")
    body = parse_json(text, "body", MAX_DEPTH)
    if not isinstance(body, dict):
        raise UnusableInput("http.not-an-object", where="body")
    return body
