"""Call every operation of the document with whatever its schema allows: no call may break us.

The suite makes six hundred calls; ``CADASTRE_CALLS=10000`` makes as many as that.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.documentation import openapi
from cadastre.config import read_settings
from cadastre.services.tokens import make_token
from tests.services.dossiers import walking
from web.app import create_app

CALLS = int(os.environ.get("CADASTRE_CALLS", "600"))
JSON = "application/json"
# Something configured is absent in a test (payment provider, signing process): said, not broken.
SAID = 503
UNHEALTHY = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


def document() -> dict[str, Any]:
    """Write the document of a site that serves nobody."""
    app = create_app(read_settings({"CADASTRE_SECRET_KEY": "only-for-tests-" * 3}))
    with app.app_context():
        return openapi(app)


OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()
]
PARTS = 12
# Each operation is called by nobody and by somebody with every role.
EACH = max(1, CALLS // (2 * len(OPERATIONS)))


@pytest.fixture
def headers(session: Session) -> dict[str, str]:
    """Give the key of somebody who bears every role."""
    everything = ("applicant", "agent", "decider", "clerk", "adviser", "supervisor", "auditor")
    account = walking.account(session, *everything)
    return {"Authorization": f"Bearer {make_token(session, account, name='essai', days=1)}"}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_call_breaks_the_server(
    app: Flask, client: FlaskClient, register: Session, headers: dict[str, str], part: int
) -> None:
    for operation in OPERATIONS[part::PARTS]:
        try_whatever(client, headers, operation)


def try_whatever(client: FlaskClient, headers: dict[str, str], operation: Any) -> None:
    """Call one operation, each time by nobody and by somebody with every role."""

    @settings(
        max_examples=EACH, deadline=None, derandomize=CALLS <= 600, database=None,
        phases=(Phase.generate,), suppress_health_check=UNHEALTHY,
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        for who in ({}, headers):
            answer = send(client, case, who)
            assert_said(answer, case)

    call()


def send(client: FlaskClient, case: Any, who: dict[str, str]) -> TestResponse:
    """Send a generated call as it is, with our own key in place of a generated one."""
    body: dict[str, Any] = {}
    if isinstance(case.body, (dict, list)) and case.media_type == JSON:
        body = {"json": case.body}
    given_headers = {
        name: value
        for name, value in dict(case.headers or {}).items()
        if name.lower() not in ("authorization", "content-type", "content-length", "host")
        and value.isprintable()
    }
    return client.open(
        case.formatted_path or "/",
        method=case.method,
        query_string={k: v for k, v in dict(case.query or {}).items() if v is not None},
        headers={**given_headers, **who},
        buffered=True,
        **body,
    )


def assert_said(answer: TestResponse, case: Any) -> None:
    """Hold an answer to what every answer must be: no trace, and a problem that explains itself."""
    assert answer.status_code < 500 or answer.status_code == SAID, (case.method, case.path)
    if answer.status_code >= 400 and answer.content_type == "application/problem+json":
        problem = answer.get_json()
        assert problem["code"]
        assert problem["detail"]
