"""List every page with who may open it, beside the table of the API; a page not listed fails."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.documentation import DOCUMENTED
from api.permissions import ROLES, SAFE, Access, access_of
from tests.api.conftest import app, client  # noqa: F401

EXPECTED: dict[Access, set[str]] = {
    Access.ANYBODY: {
        "GET /",
        "GET /about",
        "GET /account/forgotten",
        "POST /account/forgotten",
        "GET /account/letter",
        "GET /account/password/<purpose>/<token>",
        "POST /account/password/<purpose>/<token>",
        "GET /account/register",
        "POST /account/register",
        "GET /applications/<number>/proof.json",
        "GET /applications/<number>/receipt",
        "GET /applications/<number>/receipt.pdf",
        "GET /applications/<path:key>",
        "GET /data",
        "GET /data/<collection>.xml",
        "GET /data/catalog.jsonld",
        "GET /data/governance",
        "GET /data/licence",
        "GET /data/files/<name>",
        "GET /data/jobs/<key>",
        "GET /draw",
        "POST /draw",
        "GET /eiti",
        "GET /follow",
        "POST /follow",
        "GET /help",
        "GET /invoices/<number>",
        "POST /invoices/<number>/pay",
        "GET /invoices/<number>/order.pdf",
        "GET /invoices/<number>/receipt",
        "GET /invoices/<number>/receipt.pdf",
        "GET /invoices/<number>/return",
        "GET /log/",
        "GET /log/sheet",
        "GET /login",
        "POST /login",
        "POST /login/identity",
        "GET /login/identity/return",
        "POST /login/passkey",
        "POST /login/passkey/options",
        "GET /login/second-factor",
        "POST /login/second-factor",
        "POST /logout",
        "GET /openings",
        "GET /openings/<path:number>",
        "GET /place-map.svg",
        "GET /search",
        "GET /services",
        "GET /services/<service_id>",
        "GET /services/<service_id>/sheet",
        "GET /glossary",
        "GET /help/titles",
        "GET /static/<path:name>",
        "GET /statistics",
        "GET /statistics/<table>.<form>",
        "GET /supervision",
        "GET /supervision/figures",
        "GET /supervision/history",
        "GET /supervision/history.<form>",
        "GET /supervision/link/<secret>",
        "POST /supervision/link/<secret>",
        "GET /supervision/list/<code>",
        "GET /supervision/manifest.webmanifest",
        "GET /supervision/stream",
        "GET /titles/<path:key>",
        "GET /units/<path:key>",
        "GET /watch",
        "GET /works",
        "GET /electrification",
        "POST /watch",
        "GET /watch/events",
        "GET /watch/confirm/<token>",
        "POST /watch/confirm/<token>",
        "GET /watch/<key>",
        "GET /watch/<key>/stop",
        "POST /watch/<key>/stop",
        "GET /applications/<path:number>/object",
        "GET /verify",
        "POST /verify",
        "GET /verify/<code>",
        "POST /verify/<code>",
        "GET /verify/<code>/proof.json",
        "GET /works/<path:key>",
        "GET /zones/<path:key>",
    },
    Access.SIGNED_IN: {
        "POST /applications/<path:number>/object",
        "GET /works/new",
        "POST /works/new",
        "GET /works/<path:key>/edit",
        "POST /works/<path:key>/edit",
        "GET /applications/<number>/remnants",
        "GET /desk",
        "GET /desk/<number>",
        "GET /desk/<number>/documents/<int:document_id>",
        "GET /desk/<number>/steps/<kind>",
        "GET /desk/cases",
        "GET /desk/cases/<number>",
        "GET /dossiers/<number>/certificate.pdf",
        "GET /dossiers/<number>/receipt.pdf",
        "GET /dossiers/<number>/slip.pdf",
        "POST /invoices/<number>/amounts",
        "POST /invoices/<number>/cancel",
        "POST /invoices/<number>/record",
        "GET /money",
        "GET /money/reconcile",
        "POST /money/reconcile/<reference>",
        "GET /money/refunds",
        "POST /money/refunds/<reference>",
        "POST /money/statements",
        "GET /opinions/<number>",
        "GET /proposals",
        "GET /proposals/<int:proposal>",
        "GET /titles/<path:number>/acts",
        "GET /titles/<path:number>/acts/<act>",
        "GET /titles/<path:number>/certificate.pdf",
        "GET /certificates",
    },
    Access.EXAMINER: {
        "POST /works/<path:key>/dossiers",
        "POST /invoices/<number>/refund",
        "POST /invoices/<number>/refund/decision",
        "GET /acts-read",
        "POST /acts-read",
        "GET /acts-read/<int:act_id>",
        "POST /acts-read/<int:act_id>/abandonment",
        "POST /acts-read/<int:act_id>/entry",
        "GET /acts-read/<int:act_id>/file",
        "GET /acts-read/<int:act_id>/pages/<int:page>.jpg",
        "POST /acts-read/<int:act_id>/recording",
        "GET /imports",
        "POST /imports",
        "GET /imports/<int:job_id>",
        "POST /imports/<int:job_id>/abandonment",
        "POST /imports/<int:job_id>/confirmation",
        "GET /imports/<int:job_id>/file",
        "POST /imports/<int:job_id>/layer",
        "POST /imports/<int:job_id>/mapping",
        "GET /imports/<int:job_id>/report.csv",
        "POST /imports/<int:job_id>/resumption",
    },
    Access.PERSON: {
        "GET /account",
        "GET /account/data",
        "GET /practice",
        "POST /practice/<exercise>/beginning",
        "POST /practice/<exercise>/end",
        "POST /practice/reset",
        "GET /account/again",
        "POST /account/again",
        "GET /account/authenticator",
        "POST /account/authenticator",
        "POST /account/authenticator/removal",
        "POST /account/identities/<int:identity_id>/removal",
        "GET /account/keys",
        "POST /account/keys",
        "POST /account/keys/<int:key_id>/revocation",
        "POST /account/notices",
        "POST /account/passkeys",
        "POST /account/passkeys/<int:passkey_id>/removal",
        "POST /account/passkeys/options",
        "POST /account/password",
        "GET /account/people",
        "POST /account/people/<int:mandate_id>/revocation",
        "POST /account/people/<int:party_id>/invitations",
        "POST /account/people/companies",
        "POST /account/people/invitations/<int:invitation_id>/acceptance",
        "POST /account/people/invitations/<int:invitation_id>/withdrawal",
        "POST /account/recovery-codes",
        "POST /account/sessions/end",
        "POST /applications/<number>/remnants",
        "POST /desk/<number>/assignment",
        "POST /desk/<number>/documents",
        "POST /desk/<number>/documents/<int:document_id>/verdict",
        "POST /desk/<number>/invoices",
        "POST /desk/<number>/messages",
        "POST /desk/<number>/steps/<kind>",
        "POST /desk/absences",
        "POST /desk/assignments",
        "POST /desk/cases/<number>/accept",
        "POST /desk/cases/<number>/confirm",
        "POST /desk/cases/<number>/propose",
        "POST /desk/cases/<number>/withdraw",
        "GET /desk/mandates",
        "POST /desk/mandates/<int:mandate_id>",
        "GET /dossiers",
        "GET /dossiers/<number>",
        "GET /dossiers/<number>/answers",
        "POST /dossiers/<number>/answers",
        "POST /dossiers/<number>/completion",
        "GET /dossiers/<number>/form/<page_id>",
        "POST /dossiers/<number>/form/<page_id>",
        "POST /dossiers/<number>/messages",
        "POST /dossiers/<number>/order",
        "GET /dossiers/<number>/perimeter",
        "POST /dossiers/<number>/perimeter",
        "GET /dossiers/<number>/pieces",
        "POST /dossiers/<number>/pieces",
        "POST /dossiers/<number>/pieces/<int:document_id>/removal",
        "GET /dossiers/<number>/receipt",
        "POST /dossiers/<number>/withdrawal",
        "POST /openings/<path:number>/draw",
        "POST /openings/<path:number>/marks",
        "POST /openings/<path:number>/reveal",
        "POST /openings/<path:number>/seal",
        "POST /openings/<path:number>/secret",
        "POST /proposals/<int:proposal>/confirmation",
        "POST /proposals/<int:proposal>/rejection",
        "GET /services/<service_id>/start",
        "POST /services/<service_id>/start",
        "POST /titles/<path:number>/acts/<act>",
        "POST /titles/<path:number>/acts/<act>/sketch",
    },
    Access.AGENT: {
        "GET /desk/<number>/decision",
    },
    Access.COUNTER: {
        "GET /counter",
        "POST /counter",
        "GET /counter/<number>",
        "POST /counter/<number>/code",
        "POST /counter/<number>/confirmation",
    },
    Access.OFFICIAL: {
        "GET /watch/webhooks",
        "POST /watch/webhooks",
        "POST /watch/webhooks/<key>",
    },
    Access.ADVISER: {
        "GET /opinions",
    },
    Access.DECIDER: {
        "GET /certificates/<code>/end",
        "POST /certificates/<code>/end",
    },
    Access.AUDITOR: {
        "GET /journal",
    },
    Access.SUPERVISOR: {
        "GET /supervision/devices",
        "POST /supervision/devices",
        "POST /supervision/devices/<int:screen_id>/revocation",
    },
    Access.ADMINISTRATOR: {
        "GET /account/administration",
        "POST /account/administration",
        "GET /account/administration/<int:account_id>",
        "POST /account/administration/<int:account_id>",
    },
}


def pages(site: Flask) -> dict[str, Access | None]:
    return {
        f"{method} {rule.rule}": access_of(site.view_functions[rule.endpoint])
        for rule in site.url_map.iter_rules()
        if not rule.rule.startswith(DOCUMENTED)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_page_says_who_may_open_it(app: Flask) -> None:  # noqa: F811
    assert pages(app) == {page: access for access, each in EXPECTED.items() for page in each}


CLOSED = sorted(page for access in EXPECTED if access is not Access.ANYBODY
                for page in EXPECTED[access])  # fmt: skip


@pytest.mark.parametrize("page", CLOSED)
def test_a_page_for_somebody_sends_nobody_to_sign_in_or_refuses(
    client: FlaskClient, page: str  # noqa: F811
) -> None:
    method, path = page.split()
    path = re.sub(r"<int:\w+>", "1", re.sub(r"<(?:path:)?\w+>", "x", path))
    answer = client.open(path, method=method)
    if method in SAFE:
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login")
    else:
        assert answer.status_code in (401, 403)


def test_every_access_that_names_roles_is_enforced_by_them() -> None:
    assert set(ROLES) == set(Access) - {Access.ANYBODY, Access.SIGNED_IN, Access.PERSON}
