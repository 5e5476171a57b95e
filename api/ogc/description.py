"""Publish the OGC services in OpenAPI 3.0, the version that Features Part 1 names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from api.documentation import Operation, documented, openapi
from api.ogc.answers import kept
from api.ogc.links import OPENAPI_3_0
from api.ogc.parameters import MOST
from api.permissions import Access, open_to
from api.representation import json_response

description_routes = Blueprint("ogc-description", __name__)


@description_routes.get("/ogc/api")
@open_to(Access.ANYBODY)
@documented(Operation("The OGC services in OpenAPI 3.0", media_types=(OPENAPI_3_0,)))
def description() -> Response:
    """Give the description of everything below ``/ogc``."""
    return kept(json_response(older(openapi(current_app)), content_type=OPENAPI_3_0))


def older(document: dict[str, Any]) -> dict[str, Any]:
    """Say a 3.1 document in the words of 3.0: its OGC paths, whose parameters are plain."""
    paths = {
        path: {method: _operation(told) for method, told in operations.items()}
        for path, operations in document["paths"].items()
        if path.startswith("/ogc")
    }
    about = {name: document["info"][name] for name in ("title", "version", "description")}
    return {"openapi": "3.0.3", "info": about, "servers": document["servers"], "paths": paths}


def _operation(told: dict[str, Any]) -> dict[str, Any]:
    answers = {
        code: {
            "description": answer["description"],
            "content": {kind: {"schema": {"type": "object"}} for kind in answer["content"]},
        }
        for code, answer in told["responses"].items()
    }
    parameters = [_parameter(one) for one in told["parameters"]]
    return {
        "summary": told["summary"], "tags": told["tags"], "parameters": parameters,
        "responses": answers,
    }  # fmt: skip


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    schema = {name: value for name, value in told["schema"].items() if name != "examples"}
    if told["name"] == "limit":
        schema |= {"minimum": 1, "maximum": MOST, "default": 100}
    if told["name"] == "bbox":
        schema = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
        return {**told, "schema": schema, "style": "form", "explode": False}
    return {**told, "schema": schema}
