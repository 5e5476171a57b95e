"""Prove the published schemas: real answers validate, examples validate, references resolve."""

from __future__ import annotations

import jsonschema
import pytest

from tests.factories import square

GEOMETRY = square(0.55, 8.05).__geo_interface__
TEXT = "A 0.9 E 8.9 N\nB 1.0 E 8.9 N\nC 1.0 E 9.0 N\nD 0.9 E 9.0 N"
CALLS = [
    ("get", "/healthz", None),
    ("get", "/api/search?q=Kara", None),
    ("get", "/api/titles/PR/2024/0001", None),
    ("post", "/api/readings", {"text": TEXT, "crs": "EPSG:4326"}),
    ("post", "/api/corners", {"rings": [[[0.9, 8.9], [1.0, 8.9], [1.0, 9.0]]], "style": "utm"}),
    ("post", "/api/checks", {"geometry": GEOMETRY, "kind": "permis-recherche",
                             "substances": ["fer"], "at": "2026-06-01"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/api/openapi.json").json


def schema_of(document, method, path):
    plain = path.split("?")[0]
    for template, operations in document["paths"].items():
        start, brace, _ = template.partition("{")
        if method in operations and (plain.startswith(start) if brace else plain == template):
            (content,) = operations[method]["responses"]["200"]["content"].values()
            return content["schema"]
    raise AssertionError(f"{method} {path} is not in the document")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_real_answer_is_as_published(client, register, document, method, path, body):
    answer = client.open(path, method=method.upper(), json=body)
    assert answer.status_code == 200, answer.text
    schema = {**schema_of(document, method, path), "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json)


def test_a_refusal_is_as_published(client, document):
    answer = client.get("/api/search?at=hier")
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(answer.json)


def test_examples_are_as_published(document):
    for name, schema in document["components"]["schemas"].items():
        for field, about in schema.get("properties", {}).items():
            whole = {**about, "components": document["components"]}
            for example in about.get("examples", []):
                jsonschema.Draft202012Validator(whole).validate(example), (name, field)


def test_every_link_of_the_ogc_services_answers(client, register):
    seen, waiting = set(), ["/ogc/"]
    while waiting:
        path = waiting.pop()
        if path in seen or "{" in path or path == "/about":
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if "json" in answer.content_type and "openapi" not in path:
            waiting += [
                link["href"].removeprefix("http://localhost") for link in links(answer.json)
            ]
    assert "/ogc/collections/titles/items" in seen


def links(body):
    if isinstance(body, dict):
        yield from (one for one in body.get("links", []) if "href" in one)
        for name, value in body.items():
            if name != "links":
                yield from links(value)
    elif isinstance(body, list):
        for one in body:
            yield from links(one)
