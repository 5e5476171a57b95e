"""Turn every refusal into problem details (RFC 9457), in the language of the request.

One table says which title goes with which status; the sentence is said from ``data/sentences`` by
the error's own code. Nothing of the inside (traces, SQL, paths) ever leaves.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from api.language import current_language
from api.representation import json_response
from cadastre.errors import CadastreError, NotAvailable
from cadastre.sentences import say

PROBLEM = "application/problem+json"
API_PREFIXES = ("/api/", "/ogc", "/healthz")
log = logging.getLogger(__name__)

# Status of plain HTTP refusals, with the code whose sentence is said.
HTTP_CODES = {
    400: "http.bad-request",
    401: "http.not-signed-in",
    403: "http.forbidden",
    404: "http.not-found",
    405: "http.method-not-allowed",
    406: "http.not-acceptable",
    413: "http.too-large",
    415: "http.unsupported-media-type",
    429: "http.too-many-requests",
    500: "http.internal",
    503: "http.not-available",
}


def problem(status: int, code: str, where: str | None = None, /, **values: Any) -> Response:
    """Say what is wrong as problem details; findings of a refused filing go with it."""
    language = current_language()
    told = {"where": where, **values}
    body = {
        "type": f"urn:cadastre:problem:{code}",
        "title": HTTPStatus(status).phrase if language == "en" else say(f"http.{status}", language),
        "status": status,
        "code": code,
        "detail": say(code, language, **told),
        "where": where,
        **({"findings": values["findings"]} if "findings" in values else {}),
    }
    return json_response(body, status, content_type=PROBLEM)


def problem_of(error: CadastreError) -> Response:
    """Say a domain error as problem details; its class names the status."""
    status = error.http_status
    if status == 422 and request.path.startswith("/ogc"):
        status = 400  # what OGC API Features, Core, demands of a parameter in fault
    return problem(status, error.code, error.where, **error.values)


def is_api_request() -> bool:
    """Tell whether this request expects problem details rather than a page."""
    return request.path.startswith(API_PREFIXES)


def register_errors(app: Flask) -> None:
    """Answer every failing request of the API with problem details; pages answer for themselves."""
    app.register_error_handler(CadastreError, _on_domain_error)
    app.register_error_handler(ValidationError, _on_invalid_body)
    app.register_error_handler(OperationalError, _on_database)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_crash)


def _on_domain_error(error: CadastreError) -> Any:
    if error.http_status >= 500:
        log.error("%s", error)
    if is_api_request():
        return problem_of(error)
    return _page(error.http_status, error.code, error.where, error.values)


def _on_invalid_body(error: ValidationError) -> Any:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or None
    return problem(422, "http.invalid-field", where, reason=first["type"])


def _on_database(error: OperationalError) -> Any:
    log.error("database: %s", error.orig)
    return _on_domain_error(NotAvailable("http.not-available"))


def _on_http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    code = HTTP_CODES.get(error.code, "http.bad-request")
    if is_api_request():
        answer = problem(error.code, code, request.path)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                answer.headers[name] = value
        return answer
    return _page(error.code, code, request.path, {}) if error.code != 405 else error


def _on_crash(error: Exception) -> Any:
    log.exception("request failed", exc_info=error)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return (
        problem(500, "http.internal") if is_api_request() else _page(500, "http.internal", None, {})
    )


def _page(status: int, code: str, where: str | None, values: Any) -> Any:
    """Let the pages say it when they are mounted, else answer in plain words."""
    page = current_app.extensions.get("cadastre-error-page")
    if page is not None:
        return page(status, code, where, dict(values))
    words = say(code, current_language(), where=where, **values)
    return Response(words, status, content_type="text/plain; charset=utf-8")
