"""Filing through HTTP: signed in, once, with a receipt, or refused with reasons."""

from __future__ import annotations

import datetime as dt
import html
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import ApiToken, Party
from cadastre.services.accounts import create_account
from cadastre.services.tokens import token_hash
from tests.databases import TestUrls
from tests.factories import make_title, square
from web.app import create_app

TOKEN = "a-token-for-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
RING = [[1.0, 7.0], [1.01, 7.0], [1.01, 7.01], [1.0, 7.01], [1.0, 7.0]]
WISH = {
    "kind": "permis-materiaux-construction",
    "substances": ["sable"],
    "name": "Carrière d'essai",
    "geometry": {"type": "Polygon", "coordinates": [RING]},
}


@pytest.fixture
def client(
    fresh_database: TestUrls, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Serve the real site over a register with one title, one company and one operator."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        make_title(
            session, square(1.2, 7.0, 0.05), substances=("sable",), group="construction-materials"
        )
        party = Party(kind="company", name="Carrières Exemple SARL (fictive)")
        session.add(party)
        session.flush()
        account = create_account(
            session,
            email="op@exemple.test",
            display_name="Opérateur",
            password="un mot de passe",
            parties=[party],
        )
        expires = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        session.add(
            ApiToken(
                account_id=account.id, name="t", token_hash=token_hash(TOKEN), expires_at=expires
            )
        )
    engine.dispose()
    app = create_app(
        Settings(
            home=tmp_path_factory.mktemp("home"),
            data=ROOT / "data",
            environment="demo",
            ruleset="togo",
            database_url=fresh_database.owner_url,
            app_database_url=fresh_database.app_url,
            secret_key="tests only",
        )
    )
    app.testing = True
    without_catalogue(app)
    yield app.test_client()
    app.extensions["cadastre"].engine.dispose()


def without_catalogue(app: Flask) -> None:
    """Serve as in a country that has no catalogue of services: a perimeter is filed alone."""
    app.extensions["cadastre"].__dict__["catalogue_or_none"] = None


def file(client: FlaskClient, key: str = "k1", **changes: object):  # type: ignore[no-untyped-def]
    """File a wish with a token."""
    return client.post(
        "/api/applications", json=WISH | changes, headers={**BEARER, "Idempotency-Key": key}
    )


def test_a_filing_is_answered_with_number_rank_and_receipt(client: FlaskClient) -> None:
    answer = file(client)
    assert answer.status_code == 201, answer.text
    filed = answer.get_json()
    assert filed["number"].startswith("DEM-")
    page = client.get(filed["links"]["receipt"])
    assert page.status_code == 200
    assert filed["number"] in page.text
    assert "1°00'36,00\" E" in html.unescape(page.text)
    pdf = client.get(filed["links"]["receipt_pdf"])
    assert pdf.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    assert filed["number"] in text
    assert filed["follow_up_code"] in text
    assert client.get(filed["links"]["receipt_pdf"]).data == pdf.data


def test_a_kind_that_is_lodged_with_pieces_is_not_filed_alone(client: FlaskClient) -> None:
    state = client.application.extensions["cadastre"]
    state.__dict__["catalogue_or_none"] = state.catalogue
    answer = file(client)
    assert answer.status_code == 409
    problem = answer.get_json()
    assert problem["code"] == "filing.by-dossier"
    assert "/services/permis-exploitation-materiaux-construction/start" in problem["detail"]
    assert client.get("/api/search?q=DEM-").get_json()["results"] == []


def test_the_same_key_files_once_and_another_request_under_it_is_refused(
    client: FlaskClient,
) -> None:
    first, second = file(client), file(client)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json()
    other = file(client, name="Autre")
    assert other.status_code == 422
    assert other.get_json()["code"] == "once.key-reused"


def test_ground_already_held_is_refused_with_the_findings(client: FlaskClient) -> None:
    shape = square(1.22, 7.0, 0.01).__geo_interface__
    answer = file(client, geometry=shape)
    assert answer.status_code == 409
    problem = answer.get_json()
    assert problem["code"] == "filing.blocked"
    assert problem["findings"]
    assert all(set(finding["messages"]) == {"fr", "en"} for finding in problem["findings"])


def test_nobody_files_without_signing_in(client: FlaskClient) -> None:
    answer = client.post("/api/applications", json=WISH, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401
    wrong = {"Authorization": "Bearer nonsense", "Idempotency-Key": "k"}
    assert client.post("/api/applications", json=WISH, headers=wrong).status_code == 401


def test_a_session_needs_its_token_and_a_foreign_page_has_none(client: FlaskClient) -> None:
    me = client.get("/api/me").get_json()
    assert me["signed_in"] is False
    credentials = {"email": "op@exemple.test", "password": "un mot de passe"}
    assert client.post("/login", data=credentials).status_code == 403
    signed = client.post("/login", data=credentials | {"csrf_token": me["csrf_token"]})
    assert signed.status_code == 303
    me = client.get("/api/me").get_json()
    assert [party["name"] for party in me["parties"]] == ["Carrières Exemple SARL (fictive)"]
    foreign = client.post("/api/applications", json=WISH, headers={"Idempotency-Key": "k"})
    assert foreign.status_code == 403
    ours = {"X-CSRFToken": me["csrf_token"], "Idempotency-Key": "k"}
    assert client.post("/api/applications", json=WISH, headers=ours).status_code == 201


def test_a_receipt_is_for_those_concerned(client: FlaskClient) -> None:
    filed = file(client).get_json()
    bare = f"/applications/{filed['number']}/receipt"
    assert client.get(bare).status_code == 403
    assert client.get(f"{bare}?code=WRONGCODE2").status_code == 403
    assert client.get(bare, headers=BEARER).status_code == 200
    assert client.get("/applications/DEM-1999-000001/receipt").status_code == 404


@pytest.mark.parametrize("where", ["//evil.test", "https://evil.test", "/\\evil.test"])
def test_signing_in_leads_only_to_our_own_pages(client: FlaskClient, where: str) -> None:
    token = client.get("/api/me").get_json()["csrf_token"]
    form = {"email": "op@exemple.test", "password": "un mot de passe", "csrf_token": token}
    answer = client.post("/login", data=form | {"next": where})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_says_so_without_saying_which(client: FlaskClient) -> None:
    token = client.get("/api/me").get_json()["csrf_token"]
    form = {"email": "op@exemple.test", "password": "autre chose", "csrf_token": token}
    answer = client.post("/login?lang=en", data=form)
    assert answer.status_code == 401
    assert "open no account" in answer.text


def test_drafts_belong_to_their_author(client: FlaskClient) -> None:
    content = {"rings": [[[1.0, 7.0]]]}
    kept = client.put("/api/drafts/perimeter", json={"content": content}, headers=BEARER)
    assert kept.status_code == 200
    read = client.get("/api/drafts/perimeter", headers=BEARER).get_json()
    assert read["content"] == content
    assert client.get("/api/drafts/perimeter").status_code == 401
    assert client.delete("/api/drafts/perimeter", headers=BEARER).status_code == 204
    assert client.get("/api/drafts/perimeter", headers=BEARER).status_code == 404
