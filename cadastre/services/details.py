"""Describe one thing of the register: its public properties, and the same as labelled facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import shapely
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.geometry.crs import describe
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import relation_of
from cadastre.queries.relation import find_feature
from cadastre.queries.titles import titles_without_ground
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.labels import label_of, substance_label
from cadastre.services.representation import feature

APART = ("geometry", "key")
HIDDEN_FACTS = {"group", "is_demonstration", "is_illustrative", "findings", "doubts"}


def detail(
    session: Session,
    ruleset: Ruleset,
    collection: str,
    key: str,
    at: AsOf,
    language: str,
    viewer: Viewer = ANYBODY,
) -> dict[str, Any]:
    """Give a GeoJSON feature whose properties carry ``facts``: name, label, value to show.

    It shows the ground it holds on the day; where it holds none then, it is found all the same,
    with its latest parcel. Its status is that of the day.

    Raises
    ------
    NotFound
        Nothing has that number or code.
    """
    row = find_feature(session, relation_of(collection, at, viewer), key)
    if row is None:
        row = find_feature(session, relation_of(collection, at, viewer, ever=True), key)
    if row is not None and row.geometry is None and collection == "titles":
        row = find_feature(session, titles_without_ground(at, viewer), key)
    if row is None:
        raise NotFound("http.not-in-register", where=key, given=key)
    properties = plain_properties(row._asdict())
    geometry = shapely.from_wkb(bytes(row.geometry)) if row.geometry else None
    facts = labelled_facts(ruleset, collection, properties, language)
    return feature(geometry, {**properties, "collection": collection, "facts": facts}, key)


def plain_properties(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row's fields as JSON has them, without its key and geometry."""
    return {name: _plain(value) for name, value in row.items() if name not in APART}


def labelled_facts(
    ruleset: Ruleset, collection: str, properties: Mapping[str, Any], language: str
) -> list[dict[str, Any]]:
    """Give the facts of something in the order of its fields, said for a person."""
    return [
        {
            "name": name,
            "label": _field_label(collection, name, language),
            "value": shown_value(ruleset, collection, name, value, language),
        }
        for name, value in properties.items()
        if value not in (None, "", []) and name not in HIDDEN_FACTS
    ]


def shown_value(
    ruleset: Ruleset, collection: str, name: str, value: Any, language: str
) -> str | float | int:
    """Say a value as a person reads it; numbers stay numbers, dates stay ISO."""
    if name in ("kind", "layer"):
        return label_of(ruleset, collection, value, language) or str(value)
    if name in ("status", "state"):
        return say(f"status.{value}", language)
    if name == "edge_model":
        return say(f"edge-model.{value}", language)
    if name == "crs":
        return describe(value, language)
    if name == "level":
        return say(f"administrative-units.{value}", language)
    if name == "grade":
        return say(f"grade.{value}", language)
    if name == "substances":
        return ", ".join(substance_label(ruleset, one, language) for one in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return str(value)


def _field_label(collection: str, name: str, language: str) -> str:
    if collection == "applications" and name == "holder":
        return say("field.applicant", language)
    return say(f"field.{name}", language)


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value
