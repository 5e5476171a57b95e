"""Give one thing of the register by its public number or code, with its facts labelled."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.documentation import AT, LANG, Operation, documented
from api.language import current_language
from api.parameters import parse_moment
from api.permissions import Access, open_to
from api.representation import GEOJSON, json_response
from api.schemas import Feature
from api.session import db_session
from api.state import state
from api.viewing import current_viewer, note_persons_seen
from cadastre.services.details import detail

feature_routes = Blueprint("features", __name__)
COLLECTIONS = ("titles", "applications", "zones", "works", "administrative-units")


@open_to(Access.ANYBODY)
@documented(
    Operation("One thing of the register", Feature, parameters=(AT, LANG), media_types=(GEOJSON,))
)
def one(collection: str, key: str) -> Response:
    """Give a feature with its public properties, and the same as facts with labels."""
    at = parse_moment(request.args)
    viewer, language = current_viewer(), current_language()
    found = detail(db_session(), state().ruleset, collection, key, at, language, viewer)
    note_persons_seen(viewer, collection, key)
    return json_response(found, content_type=GEOJSON)


for _name in COLLECTIONS:
    # A number may hold a slash ("01/2018"): the rest of the address is the key.
    feature_routes.add_url_rule(
        f"/api/{_name}/<path:key>", f"one-{_name}", one, defaults={"collection": _name}
    )
