"""List every route of the API with who may call it: a new one must be added here on purpose."""

from __future__ import annotations

import pytest

from api.documentation import DOCUMENTED, openapi
from api.permissions import Access, access_of

ANYBODY, SIGNED_IN, AGENT = Access.ANYBODY, Access.SIGNED_IN, Access.AGENT
EXPECTED = {
    "GET /healthz": ANYBODY,
    "GET /api/openapi.json": ANYBODY,
    "GET /api/ruleset": ANYBODY,
    "GET /api/services": ANYBODY,
    "GET /api/services/<service_id>": ANYBODY,
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
    "POST /api/applications/<number>/grant": SIGNED_IN,
    "GET /api/applications/<number>/remnants": SIGNED_IN,
    "POST /api/applications/<number>/remnants/choice": SIGNED_IN,
    "GET /api/titles/<path:number>/acts": ANYBODY,
    "POST /api/titles/<path:number>/acts": SIGNED_IN,
    "POST /api/acts/<int:proposal>/confirmation": SIGNED_IN,
    "POST /api/acts/<int:proposal>/rejection": SIGNED_IN,
    "GET /api/openings": ANYBODY,
    "GET /api/openings/<path:number>": ANYBODY,
    "POST /api/openings/<path:number>/seals": SIGNED_IN,
    "POST /api/openings/<path:number>/reveals": SIGNED_IN,
    "POST /api/openings/<path:number>/draw": SIGNED_IN,
    "POST /api/openings/<path:number>/comparison": SIGNED_IN,
    "POST /api/openings/<path:number>/comparison/confirmation": SIGNED_IN,
    "POST /api/openings/<path:number>/comparison/rejection": SIGNED_IN,
    "GET /api/cases": SIGNED_IN,
    "GET /api/cases/<number>": SIGNED_IN,
    "POST /api/cases/<number>/proposal": SIGNED_IN,
    "POST /api/cases/<number>/acceptance": SIGNED_IN,
    "POST /api/cases/<number>/withdrawal": SIGNED_IN,
    "POST /api/cases/<number>/confirmation": AGENT,
    "GET /api/invoices": SIGNED_IN,
    "GET /api/invoices/<number>": ANYBODY,
    "GET /api/invoices/<number>/payments": ANYBODY,
    "POST /api/invoices/<number>/payments": SIGNED_IN,
    "POST /api/invoices/<number>/transfers": SIGNED_IN,
    "POST /api/invoices/<number>/amounts": SIGNED_IN,
    "POST /api/invoices/<number>/cancellation": SIGNED_IN,
    "GET /api/payments/transfers": SIGNED_IN,
    "POST /api/payments/transfers/<reference>/confirmation": Access.EXAMINER,
    "POST /api/payments/transfers/<reference>/rejection": Access.EXAMINER,
    "POST /api/payments/statements": Access.EXAMINER,
    "GET /api/payments/refunds": SIGNED_IN,
    "POST /api/payments/refunds/<reference>": Access.EXAMINER,
    "POST /api/payments/callbacks/<provider>": ANYBODY,
    "GET /api/me": ANYBODY,
    "GET /api/drafts/<name>": SIGNED_IN,
    "PUT /api/drafts/<name>": SIGNED_IN,
    "DELETE /api/drafts/<name>": SIGNED_IN,
    "GET /log/heads.json": ANYBODY,
    "GET /log/entries": ANYBODY,
    "GET /log/proof/inclusion": ANYBODY,
    "GET /log/proof/consistency": ANYBODY,
    "GET /log/export": ANYBODY,
    "GET /log/verifier": ANYBODY,
    "GET /api/verify/<code>": ANYBODY,
    "POST /api/verify": ANYBODY,
    "POST /api/verify/<code>": ANYBODY,
    "POST /api/verify/<code>/revocation": Access.DECIDER,
    "GET /ogc/": ANYBODY,
    "GET /ogc/conformance": ANYBODY,
    "GET /ogc/api": ANYBODY,
    "GET /ogc/tileMatrixSets": ANYBODY,
    "GET /ogc/tileMatrixSets/<name>": ANYBODY,
    "GET /ogc/tiles": ANYBODY,
    "GET /ogc/tiles/<name>": ANYBODY,
    "GET /ogc/collections/<collection>/tiles": ANYBODY,
    "GET /ogc/collections/<collection>/tiles/<name>": ANYBODY,
    "GET /ogc/collections/<collection>/sortables": ANYBODY,
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
    "route", [route for route, access in EXPECTED.items() if access in (SIGNED_IN, AGENT)]
)
def test_what_needs_somebody_refuses_nobody(client, route):
    method, path = route.split()
    path = path.replace("<name>", "x").replace("<int:proposal>", "1")
    answer = client.open(path, method=method, json={"content": {}})
    assert answer.status_code in (401, 403)
    assert answer.content_type == "application/problem+json"
