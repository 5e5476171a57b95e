"""List every route of the API with who may call it: a new one must be added here on purpose."""

from __future__ import annotations

import re

import pytest

from api.documentation import DOCUMENTED, openapi
from api.permissions import ROLES, Access, access_of
from cadastre.models import Account
from cadastre.rules.permissions import Role
from cadastre.services.tokens import make_token

BY_ACCESS: dict[Access, set[str]] = {
    Access.ANYBODY: {
        "GET /api/administrative-units/<path:key>",
        "GET /api/applications/<path:key>",
        "POST /api/checks",
        "POST /api/corners",
        "GET /api/changes",
        "POST /api/areas",
        "GET /api/areas/events",
        "GET /api/electrification",
        "GET /api/eiti",
        "GET /api/exports/<collection>",
        "GET /api/exports/jobs/<key>",
        "GET /api/exports/project.qgz",
        "GET /api/exports/jobs/<key>/file",
        "POST /api/exports/perimeter",
        "GET /api/follow/<number>",
        "POST /api/follow/<number>/confirmation",
        "GET /api/invoices/<number>",
        "GET /api/invoices/<number>/payments",
        "GET /api/me",
        "GET /api/openapi.json",
        "GET /api/openings",
        "GET /api/openings/<path:number>",
        "POST /api/payments/callbacks/<provider>",
        "GET /api/rasters",
        "GET /api/rasters/<key>/<version>/<int:zoom>/<int:row>/<int:column>",
        "POST /api/readings",
        "GET /api/ruleset",
        "GET /api/search",
        "GET /api/services",
        "GET /api/services/<service_id>",
        "GET /api/titles/<path:key>",
        "GET /api/titles/<path:number>/acts",
        "POST /api/verify",
        "GET /api/verify/<code>",
        "POST /api/verify/<code>",
        "GET /api/works/<path:key>",
        "GET /api/zones/<path:key>",
        "GET /healthz",
        "GET /log/entries",
        "GET /log/export",
        "GET /log/heads.json",
        "GET /log/proof/consistency",
        "GET /log/proof/inclusion",
        "GET /log/verifier",
        "GET /ogc/",
        "GET /ogc/api",
        "GET /ogc/collections",
        "GET /ogc/collections/<collection>",
        "GET /ogc/collections/<collection>/items",
        "GET /ogc/collections/<collection>/items/<path:key>",
        "GET /ogc/collections/<collection>/queryables",
        "GET /ogc/collections/<collection>/sortables",
        "GET /ogc/collections/<collection>/tiles",
        "GET /ogc/collections/<collection>/tiles/<name>",
        "GET /ogc/collections/<collection>/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>",
        "GET /ogc/conformance",
        "GET /ogc/tileMatrixSets",
        "GET /ogc/tileMatrixSets/<name>",
        "GET /ogc/tiles",
        "GET /ogc/tiles/<name>",
        "GET /ogc/tiles/WebMercatorQuad/<int:zoom>/<int:row>/<int:column>",
    },
    Access.SIGNED_IN: {
        "POST /api/works",
        "PUT /api/works/<path:key>",
        "POST /api/acts/<int:proposal>/confirmation",
        "POST /api/acts/<int:proposal>/rejection",
        "POST /api/applications",
        "POST /api/applications/<number>/grant",
        "GET /api/applications/<number>/remnants",
        "POST /api/applications/<number>/remnants/choice",
        "GET /api/cases",
        "GET /api/cases/<number>",
        "POST /api/cases/<number>/acceptance",
        "POST /api/cases/<number>/proposal",
        "POST /api/cases/<number>/withdrawal",
        "GET /api/dossiers",
        "POST /api/dossiers",
        "GET /api/dossiers/<number>",
        "PATCH /api/dossiers/<number>",
        "POST /api/dossiers/<number>/documents",
        "DELETE /api/dossiers/<number>/documents/<int:document_id>",
        "GET /api/dossiers/<number>/documents/<int:document_id>",
        "GET /api/dossiers/<number>/fees",
        "POST /api/dossiers/<number>/invoices",
        "GET /api/dossiers/<number>/messages",
        "POST /api/dossiers/<number>/messages",
        "POST /api/dossiers/<number>/messages/read",
        "POST /api/dossiers/<number>/steps",
        "DELETE /api/drafts/<name>",
        "GET /api/drafts/<name>",
        "PUT /api/drafts/<name>",
        "GET /api/invoices",
        "POST /api/invoices/<number>/amounts",
        "POST /api/invoices/<number>/cancellation",
        "POST /api/invoices/<number>/payments",
        "POST /api/invoices/<number>/transfers",
        "POST /api/openings/<path:number>/comparison",
        "POST /api/openings/<path:number>/comparison/confirmation",
        "POST /api/openings/<path:number>/comparison/rejection",
        "POST /api/openings/<path:number>/draw",
        "POST /api/openings/<path:number>/reveals",
        "POST /api/openings/<path:number>/seals",
        "GET /api/payments/refunds",
        "GET /api/payments/transfers",
        "POST /api/titles/<path:number>/acts",
    },
    Access.AGENT: {
        "POST /api/cases/<number>/confirmation",
        "GET /api/desk",
        "POST /api/desk/absences",
        "GET /api/desk/colleagues",
        "GET /api/desk/today",
        "POST /api/dossiers/<number>/assignment",
        "POST /api/dossiers/<number>/presence",
    },
    Access.EXAMINER: {
        "POST /api/dossiers/<number>/documents/<int:document_id>/verdict",
        "GET /api/imports",
        "POST /api/imports",
        "DELETE /api/imports/<int:number>",
        "GET /api/imports/<int:number>",
        "POST /api/imports/<int:number>/confirmation",
        "PUT /api/imports/<int:number>/mapping",
        "GET /api/imports/<int:number>/report.csv",
        "POST /api/imports/<int:number>/resumption",
        "POST /api/payments/refunds/<reference>",
        "POST /api/payments/statements",
        "POST /api/payments/transfers/<reference>/confirmation",
        "POST /api/payments/transfers/<reference>/rejection",
    },
    Access.COUNTER: {
        "POST /api/dossiers/<number>/counter-code",
    },
    Access.OFFICIAL: {
        "GET /api/webhooks",
        "POST /api/webhooks",
        "DELETE /api/webhooks/<key>",
        "POST /api/webhooks/<key>/resume",
    },
    Access.DECIDER: {
        "POST /api/verify/<code>/revocation",
    },
}
EXPECTED = {route: access for access, each in BY_ACCESS.items() for route in each}
CLOSED = sorted(route for route, access in EXPECTED.items() if access is not Access.ANYBODY)


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


@pytest.mark.parametrize("route", CLOSED)
def test_what_needs_somebody_refuses_nobody(client, route):
    method, path = method_and_path(route)
    answer = client.open(path, method=method, json={"content": {}})
    assert answer.status_code in (401, 403)
    assert answer.content_type == "application/problem+json"


def method_and_path(route: str) -> tuple[str, str]:
    method, path = route.split()
    return method, re.sub(r"<int:\w+>", "1", re.sub(r"<(?:path:)?\w+>", "x", path))


OF_ROLES = sorted(route for route, access in EXPECTED.items() if access in ROLES)
GATES = {"cases.desk-only", "permissions.not-allowed"}


@pytest.mark.parametrize("role", list(Role))
def test_routes_of_some_roles_refuse_every_other_role(client, session, role):
    account = Account(email=f"{role}@exemple.test", display_name=role, roles=[role.value])
    session.add(account)
    session.flush()
    key = make_token(session, account, name="t", days=1)
    for route in OF_ROLES:
        method, path = method_and_path(route)
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k"}
        answer = client.open(path, method=method, json={}, headers=headers)
        code = answer.get_json().get("code") if answer.is_json else None
        is_turned_away = answer.status_code == 403 and code in GATES
        # Administrators pass the desk's door for cases; the view of a dossier turns them away.
        may_judge_further = role in ROLES[EXPECTED[route]] and role is Role.ADMINISTRATOR
        if not may_judge_further:
            assert is_turned_away is (role not in ROLES[EXPECTED[route]]), (route, role, code)
