"""List every route of the API with who may call it: a new one must be added here on purpose."""

from __future__ import annotations

import pytest

from api.documentation import DOCUMENTED, openapi
from api.permissions import Access, access_of

ANYBODY, SIGNED_IN = Access.ANYBODY, Access.SIGNED_IN
EXPECTED = {
    "GET /healthz": ANYBODY,
    "GET /api/openapi.json": ANYBODY,
    "GET /api/ruleset": ANYBODY,
    "POST /api/readings": ANYBODY,
    "POST /api/corners": ANYBODY,
    "POST /api/checks": ANYBODY,
    "GET /api/search": ANYBODY,
    "GET /api/titles/<path:key>": ANYBODY,
    "GET /api/applications/<path:key>": ANYBODY,
    "GET /api/zones/<path:key>": ANYBODY,
    "GET /api/works/<path:key>": ANYBODY,
    "GET /api/administrative-units/<path:key>": ANYBODY,
    "GET /api/exports/<collection>": ANYBODY,
    "POST /api/exports/perimeter": ANYBODY,
    "POST /api/applications": SIGNED_IN,
    "GET /api/me": ANYBODY,
    "GET /api/drafts/<name>": SIGNED_IN,
    "PUT /api/drafts/<name>": SIGNED_IN,
    "DELETE /api/drafts/<name>": SIGNED_IN,
    "GET /ogc/": ANYBODY,
    "GET /ogc/conformance": ANYBODY,
    "GET /ogc/collections": ANYBODY,
    "GET /ogc/collections/<collection>": ANYBODY,
    "GET /ogc/collections/<collection>/queryables": ANYBODY,
    "GET /ogc/collections/<collection>/items": ANYBODY,
    "GET /ogc/collections/<collection>/items/<path:key>": ANYBODY,
    "GET /ogc/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>": ANYBODY,
    "GET /ogc/collections/<collection>/tiles/WebMercatorQuad"
    "/<int:zoom>/<int:row>/<int:column>": ANYBODY,
}


def routes(app):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(DOCUMENTED):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield f"{method} {rule.rule}", app.view_functions[rule.endpoint]


def test_every_route_says_who_may_call_it(app):
    assert {route: access_of(view) for route, view in routes(app)} == EXPECTED


def test_every_route_is_in_the_document(app):
    paths = openapi(app)["paths"]
    assert sum(map(len, paths.values())) == len(EXPECTED)


@pytest.mark.parametrize(
    "route", [route for route, access in EXPECTED.items() if access is SIGNED_IN]
)
def test_what_needs_somebody_refuses_nobody(client, route):
    method, path = route.split()
    answer = client.open(path.replace("<name>", "x"), method=method, json={"content": {}})
    assert answer.status_code in (401, 403)
    assert answer.content_type == "application/problem+json"
