"""Tell the pages what the law of this deployment knows, for forms and legends."""

from __future__ import annotations

from flask import Blueprint, Response

from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.permissions import Access, open_to
from api.representation import json_response
from api.state import state
from cadastre.services.checks import today
from cadastre.services.ruleset_summary import ruleset_json

ruleset_routes = Blueprint("ruleset", __name__)


@ruleset_routes.get("/api/ruleset")
@open_to(Access.ANYBODY)
@documented(Operation("The law as data, for forms and legends", parameters=(LANG,)))
def ruleset() -> Response:
    """Give the kinds, substances, systems, zones and works of the ruleset in force today."""
    law = state().ruleset
    response = json_response(ruleset_json(law, today(law), current_language()))
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.vary.add("Accept-Language")
    return response
