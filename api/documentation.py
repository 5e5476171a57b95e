"""Say of each view what it takes and gives, and write the OpenAPI 3.1 document from it.

Who may call, what comes in and what goes out stand on the view itself, so no route is
forgotten: a test compares the document with the list of all routes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.permissions import Access, access_of
from api.schemas import Problem

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "__cadastre_operation__"
JSON = "application/json"
DOCUMENTED = (
    "/api/", "/ogc", "/healthz", "/log/heads.json", "/log/entries", "/log/proof/", "/log/export",
    "/log/verifier",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, with what it means in one line."""

    name: str
    about: str
    type: str = "string"
    example: Any = None

    def document(self) -> dict[str, Any]:
        """Write it as OpenAPI has it."""
        schema: dict[str, Any] = {"type": self.type}
        if self.example is not None:
            schema["examples"] = [self.example]
        return {"name": self.name, "in": "query", "description": self.about, "schema": schema}


AT = Parameter("at", "Day the register is looked at; without it, now", example="2026-11-24")
LANG = Parameter("lang", "Language of sentences: fr or en", example="fr")
BBOX = Parameter("bbox", "west,south,east,north in degrees", example="0.5,8,1.5,9")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view takes and gives."""

    summary: str
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    media_types: tuple[str, ...] = (JSON,)
    refusals: tuple[int, ...] = ()
    upload: bool = False
    status: int = field(default=200)


def documented(operation: Operation) -> Callable[[View], View]:
    """Declare what a view takes and gives."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, operation)
        return view

    return declare


def openapi(app: Flask) -> dict[str, Any]:
    """Write the whole document from the views of an app."""
    found = sorted(_operations(app), key=lambda entry: (entry[0], entry[1]))
    models = {model for _, _, _, o in found for model in (o.answer, o.body) if model} | {Problem}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for path, method, view, operation in found:
        paths.setdefault(path, {})[method.lower()] = _describe(path, view, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cadastre",
            "version": "0.1.0",
            "description": "Mining and energy cadastre: read, check, search, fetch.",
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operations(app: Flask) -> list[tuple[str, str, Callable[..., Any], Operation]]:
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        operation = getattr(view, ATTRIBUTE, None)
        if operation is None and rule.rule.startswith(DOCUMENTED):
            first_line = (view.__doc__ or rule.endpoint).strip().splitlines()[0]
            operation = Operation(first_line)
        if operation is None:
            continue
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        found += [(path, method, view, operation) for method in methods]
    return found


def _describe(path: str, view: Callable[..., Any], operation: Operation) -> dict[str, Any]:
    access = access_of(view)
    described: dict[str, Any] = {
        "summary": operation.summary,
        "tags": [_tag(path)],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in re.findall(r"{(\w+)}", path)
            ),
            *(parameter.document() for parameter in operation.parameters),
        ],
        "responses": {
            str(operation.status): _answer(operation),
            "default": {
                "description": "Refusal, as problem details",
                "content": {"application/problem+json": {"schema": _ref(Problem)}},
            },
        },
    }
    if access in (Access.SIGNED_IN, Access.AGENT):
        described["security"] = [{"session": []}, {"token": []}]
    if operation.body is not None:
        described["requestBody"] = _body(operation)
    return described


def _tag(path: str) -> str:
    steps = path.strip("/").split("/")
    return steps[1] if steps[0] == "api" and len(steps) > 1 else steps[0]


def _answer(operation: Operation) -> dict[str, Any]:
    schema = _ref(operation.answer) if operation.answer else {}
    return {
        "description": operation.summary,
        "content": {media_type: {"schema": schema} for media_type in operation.media_types},
    }


def _body(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": _ref(operation.body)}}
    if operation.upload:
        content["multipart/form-data"] = {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "crs": {"type": "string"},
                    "answers": {"type": "string", "contentMediaType": JSON},
                },
            }
        }
    return {"required": True, "content": content}


def _ref(model: type[BaseModel] | None) -> dict[str, Any]:
    return {} if model is None else {"$ref": f"#/components/schemas/{model.__name__}"}
