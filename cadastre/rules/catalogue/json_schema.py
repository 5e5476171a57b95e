"""Write a form as JSON Schema (2020-12), for programs that file by the API.

The schema is of normalised answers: what :func:`cadastre.rules.catalogue.form.read_form` gives.
"""

from __future__ import annotations

from typing import Any

from cadastre.rules.catalogue.conditions import Condition
from cadastre.rules.catalogue.service import FormField, Service
from cadastre.rules.catalogue.values import LONG, SHORT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FORMATS = {"email": "email", "date": "date"}


def form_schema(service: Service, language: str) -> dict[str, Any]:
    """Give the schema of a form; questions shown under conditions are required under them."""
    always = [one.id for one in service.fields if one.required and not one.shown_when]
    return {
        "$schema": DIALECT,
        "title": service.title[language],
        "type": "object",
        "properties": {one.id: _property(one, language) for one in service.fields},
        "required": always,
        "additionalProperties": False,
        "allOf": [_rule(one) for one in service.fields if one.shown_when],
    }


def _property(question: FormField, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {"title": question.label[language], **_type(question, language)}
    if question.help:
        described["description"] = question.help[language]
    if question.unit:
        described["x-unit"] = question.unit
    described["x-classification"] = question.classification
    return described


def _type(question: FormField, language: str) -> dict[str, Any]:
    if question.type == "number":
        bounds = {"minimum": question.minimum, "maximum": question.maximum}
        kept = {name: bound for name, bound in bounds.items() if bound is not None}
        return {"type": "integer" if question.whole else "number", **kept}
    if question.type == "yes-no":
        return {"type": "boolean"}
    if question.type == "choice":
        return _one_of(question, language)
    if question.type in ("choices", "substances"):
        items = _one_of(question, language) if question.choices else {"type": "string"}
        counts = {"minItems": question.minimum, "maxItems": question.maximum}
        kept = {name: int(count) for name, count in counts.items() if count is not None}
        return {"type": "array", "items": items, "uniqueItems": True, **kept}
    if question.type == "company":
        return {"type": ["string", "integer"]}
    longest = question.longest or (LONG if question.type == "long-text" else SHORT)
    text: dict[str, Any] = {"type": "string", "maxLength": longest}
    if question.type in FORMATS:
        text["format"] = FORMATS[question.type]
    if question.type == "phone":
        text["pattern"] = r"^\+[0-9]{7,15}$"
    return text


def _one_of(question: FormField, language: str) -> dict[str, Any]:
    offered = [{"const": one.value, "title": one.label[language]} for one in question.choices]
    return {"type": "string", "oneOf": offered}


def _rule(question: FormField) -> dict[str, Any]:
    """Say when a question is asked: required then if it is, never answered otherwise."""
    asked: dict[str, Any] = {
        "properties": {one.field: _met(one) for one in question.shown_when},
        "required": [one.field for one in question.shown_when],
    }
    then: dict[str, Any] = {"required": [question.id]} if question.required else {}
    return {"if": asked, "then": then, "else": {"properties": {question.id: False}}}


def _met(condition: Condition) -> dict[str, Any]:
    if condition.among is not None:
        values = list(condition.among)
        return {"anyOf": [{"enum": values}, {"type": "array", "contains": {"enum": values}}]}
    number: dict[str, Any] = {"type": "number"}
    if condition.at_least is not None:
        number["minimum"] = condition.at_least
    if condition.below is not None:
        number["exclusiveMaximum"] = condition.below
    return number
