"""Say a refused act as problem details, with every reason and finding in the reader's language."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import Response

from api.errors import problem
from api.language import current_language
from api.representation import json_response
from api.session import db_session
from cadastre.errors import Blocked
from cadastre.sentences import say
from cadastre.services.representation import finding_as_json

P = ParamSpec("P")


def with_reasons(view: Callable[P, Response]) -> Callable[P, Response]:
    """Answer an act that law or register forbid with 409, all reasons and findings told."""

    @functools.wraps(view)
    def run(*args: P.args, **named: P.kwargs) -> Response:
        try:
            return view(*args, **named)
        except Blocked as refusal:
            db_session().rollback()
            return refused(refusal)

    return run


def refused(refusal: Blocked) -> Response:
    """Write a refusal: its sentence, then ``reasons`` and ``findings`` where there are any."""
    language = current_language()
    values = dict(refusal.values)
    findings, reasons = values.pop("findings", ()), values.pop("refusals", ())
    answer = problem(refusal.http_status, refusal.code, refusal.where, **values)
    body: dict[str, Any] = answer.get_json() or {}
    if findings:
        body["findings"] = [finding_as_json(finding, language) for finding in findings]
    if reasons:
        body["reasons"] = [
            {"code": one.code, "message": say(one.code, language, **one.values)} for one in reasons
        ]
    return json_response(body, refusal.http_status, content_type="application/problem+json")
