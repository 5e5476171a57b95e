"""The EITI over HTTP: forms, refusals, and names only with who may take them."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry
from cadastre.rules.permissions import Role
from tests.api.test_visibility import PERSON, asking


@pytest.mark.parametrize("role", [None, Role.ANALYST, Role.AGENT, Role.SUPERVISOR])
def test_each_role_takes_what_it_may(
    client: FlaskClient, register: Session, role: Role | None
) -> None:
    headers, _ = asking(register, role)
    answer = client.get("/api/eiti?at=2026-06-01", headers=headers)
    assert answer.status_code == 200
    assert (PERSON in answer.text) is (role is Role.SUPERVISOR)
    assert answer.headers["X-Extract-SHA256"] == answer.get_json(force=True)["sha256"]
    noted = register.query(JournalEntry).filter_by(action="personal.export").count()
    assert noted == int(role is Role.SUPERVISOR)


def test_forms(client: FlaskClient, register: Session) -> None:
    pack = client.get("/api/eiti?format=csv&lang=en")
    names = zipfile.ZipFile(io.BytesIO(pack.data)).namelist()
    assert len(names) == 6
    assert "2.3 Licences.csv" in names
    assert client.get("/api/eiti?format=xlsx").data[:2] == b"PK"
    assert client.get("/api/eiti?format=csv&table=owners").mimetype == "text/csv"


@pytest.mark.parametrize("query", ["format=doc", "year=abc", "at=x", "format=csv&table=x"])
def test_what_cannot_be_read_is_told(client: FlaskClient, register: Session, query: str) -> None:
    answer = client.get(f"/api/eiti?{query}")
    assert answer.status_code in (400, 404, 422)
    assert answer.get_json()["detail"]
