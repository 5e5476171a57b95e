"""Publish the OpenAPI document."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from api.documentation import Operation, documented, openapi
from api.permissions import Access, open_to
from api.representation import json_response

openapi_routes = Blueprint("openapi", __name__)


@openapi_routes.get("/api/openapi.json")
@open_to(Access.ANYBODY)
@documented(Operation("This document"))
def document() -> Response:
    """Give the OpenAPI 3.1 description of every route."""
    response = json_response(openapi(current_app))
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response
