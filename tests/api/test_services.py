"""The catalogue over HTTP: found by sector, applicant and words; each service as published."""

from __future__ import annotations

import datetime as dt

import jsonschema
import pytest

from cadastre.config import ROOT
from cadastre.rules.catalogue import load_catalogue, read_form
from cadastre.rules.catalogue.json_schema import DIALECT

CATALOGUE = load_catalogue(ROOT / "data" / "services" / "togo")


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/api/openapi.json").json


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json["services"]]


def test_all_services_are_listed(client):
    answer = client.get("/api/services")
    assert ids(answer) == sorted(CATALOGUE.services)
    assert answer.json["sectors"]["mines"] == "mines et carrières"


@pytest.mark.parametrize(
    ("query", "held", "left_out"),
    [
        ("sector=energie", "raccordement-basse-tension", "permis-recherche"),
        ("applicant=person", "raccordement-basse-tension", "permis-exploitation-grande-echelle"),
        ("q=energie+electrique+togo", "raccordement-basse-tension", "permis-recherche"),
        ("q=DIAMOND", "certificat-kimberley", "permis-recherche"),
        ("q=arse", "declaration-autoproduction", "raccordement-basse-tension"),
        ("sector=mines&q=carriere", "autorisation-exploitation-artisanale", "permis-recherche"),
    ],
)
def test_services_are_found(client, query, held, left_out):
    found = ids(client.get(f"/api/services?{query}"))
    assert held in found
    assert left_out not in found


@pytest.mark.parametrize(
    ("query", "code", "where"),
    [
        ("sector=lune", "services.unknown-sector", "sector"),
        ("applicant=robot", "services.unknown-applicant", "applicant"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_not_known_is_refused_with_what_there_is(client, query, code, where, language):
    answer = client.get(f"/api/services?{query}&lang={language}")
    assert (answer.status_code, answer.json["code"], answer.json["where"]) == (422, code, where)
    assert "{" not in answer.json["detail"]


def test_a_service_that_is_not_there(client):
    answer = client.get("/api/services/permis-de-rever")
    assert (answer.status_code, answer.json["code"]) == (404, "services.unknown")


@pytest.mark.parametrize("service_id", sorted(CATALOGUE.services))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_service_is_as_published(client, document, service_id, language):
    answer = client.get(f"/api/services/{service_id}?lang={language}")
    assert answer.status_code == 200, answer.text
    schema = {
        "$ref": "#/components/schemas/ServiceAnswer",
        "components": document["components"],
    }
    jsonschema.Draft202012Validator(schema).validate(answer.json)
    assert answer.json["standing"]
    assert answer.json["title"] == CATALOGUE.service(service_id).title[language]


@pytest.mark.parametrize("service_id", sorted(CATALOGUE.services))
def test_the_form_is_json_schema_that_its_examples_meet(client, service_id):
    service = CATALOGUE.service(service_id)
    schema = client.get(f"/api/services/{service_id}").json["form_schema"]
    assert schema["$schema"] == DIALECT
    validator = jsonschema.Draft202012Validator(schema)
    examples = {question.id: question.example for question in service.fields}
    values = dict(read_form(service, examples, dt.date(2026, 11, 24)).values)
    validator.validate(values)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**values, "no-such-question": 1})


def test_a_suspended_service_says_since_when_and_what_stays_open(client):
    frozen = client.get("/api/services/permis-recherche?lang=en").json["suspended"]
    assert frozen["since"] == "2025-05-23"
    assert frozen["until"] is None
    assert frozen["exempt"] == ["construction materials", "industrial minerals"]
    assert client.get("/api/services/raccordement-basse-tension").json["suspended"] is None


def test_sources_that_disagree_are_both_shown(client):
    validity = client.get("/api/services/permis-exploitation-grande-echelle").json["validity"]
    assert validity["years"] == 5
    assert "20 ans" in validity["conflicts"][0]["text"]


def test_an_amount_that_was_not_found_stays_unknown(client):
    fees = client.get("/api/services/permis-recherche").json["fees"]
    assert [fee["rate"] for fee in fees] == [None, None]
    assert all(fee["evidence"] == "unconfirmed" for fee in fees)
    fees = client.get("/api/services/permis-exploitation-grande-echelle").json["fees"]
    assert [fee["rate"] for fee in fees] == [500000, 4500000, 75000]
