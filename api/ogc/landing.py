"""OGC API Features: landing page, conformance, collections and what may stand in a filter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.ogc import systems
from api.ogc.answers import answer, renderer
from api.ogc.conformance import CONFORMANCE, PAGES
from api.ogc.links import GEOJSON, HTML, MVT, OPENAPI, OPENAPI_3_0, SCHEMA, link
from api.permissions import Access, open_to
from api.state import now, state
from api.viewing import shared_viewer
from cadastre.queries.catalogue import collections_for, relation_of
from cadastre.queries.paging import sortable_fields
from cadastre.queries.relation import Relation
from cadastre.queries.tiles import OF_COLLECTION
from cadastre.queries.visibility import Field
from cadastre.sentences import say

landing_routes = Blueprint("ogc-landing", __name__)
RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"


@landing_routes.get("/ogc/")
@open_to(Access.ANYBODY)
@documented(Operation("Landing page of the OGC services", parameters=(LANG,)))
def landing() -> Response:
    """Lead to everything the OGC services offer."""
    body = {
        "title": state().ruleset.name[current_language()],
        "description": say("ogc.about", current_language()),
        "links": [
            link("/ogc/", "self"),
            link("/ogc/api", "service-desc", OPENAPI_3_0),
            link("/api/openapi.json", "service-desc", OPENAPI),
            link("/about", "service-doc", HTML),
            link("/ogc/conformance", "conformance"),
            link("/ogc/collections", "data"),
            link("/ogc/tiles", RELATIONS + "tilesets-vector"),
        ],
    }
    return answer("landing", body)


@landing_routes.get("/ogc/conformance")
@open_to(Access.ANYBODY)
@documented(Operation("Standards that are met"))
def conformance() -> Response:
    """List the conformance classes."""
    return answer("conformance", {"conformsTo": [*CONFORMANCE, *([PAGES] if renderer() else [])]})


@landing_routes.get("/ogc/collections")
@open_to(Access.ANYBODY)
@documented(Operation("The collections", parameters=(LANG,)))
def collections() -> Response:
    """List the collections."""
    body = {
        "links": [link("/ogc/collections", "self")],
        "crs": systems.offered(),
        "collections": [describe_collection(name) for name in collections_for(shared_viewer())],
    }
    return answer("collections", body)


@landing_routes.get("/ogc/collections/<collection>")
@open_to(Access.ANYBODY)
@documented(Operation("One collection", parameters=(LANG,)))
def one_collection(collection: str) -> Response:
    """Describe a collection."""
    relation_of(collection, now(), shared_viewer(collection))
    return answer("collection", describe_collection(collection))


@landing_routes.get("/ogc/collections/<collection>/queryables")
@open_to(Access.ANYBODY)
@documented(Operation("Names that may stand in a filter", media_types=(SCHEMA,)))
def queryables(collection: str) -> Response:
    """Give the queryables as JSON Schema."""
    relation = relation_of(collection, now(), shared_viewer(collection))
    named = {name: field for name, field in relation.fields.items() if field.filterable}
    properties = {"geometry": {"format": "geometry-any"}, **_schemas(relation, named)}
    return answer("schema", _schema(relation, properties), SCHEMA)


@landing_routes.get("/ogc/collections/<collection>/sortables")
@open_to(Access.ANYBODY)
@documented(Operation("Names that may stand in sortby", media_types=(SCHEMA,)))
def sortables(collection: str) -> Response:
    """Give the sortables as JSON Schema."""
    relation = relation_of(collection, now(), shared_viewer(collection))
    properties = _schemas(relation, sortable_fields(relation))
    return answer("schema", _schema(relation, properties), SCHEMA)


def describe_collection(name: str) -> dict[str, Any]:
    """Describe a collection in the language of the request."""
    language = current_language()
    path = f"/ogc/collections/{name}"
    west, south, east, north = state().ruleset.envelope
    links = [
        link(path, "self"),
        link(f"{path}/items", "items", GEOJSON),
        link(f"{path}/queryables", RELATIONS + "queryables", SCHEMA),
        link(f"{path}/sortables", RELATIONS + "sortables", SCHEMA),
    ]
    if name in OF_COLLECTION:
        links += [
            link(f"{path}/tiles", RELATIONS + "tilesets-vector"),
            link(f"{path}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}", "item", MVT)
            | {"templated": True},
        ]
    return {
        "id": name,
        "title": say(f"collection.{name}", language),
        "description": say(f"collection.{name}.about", language),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [[west, south, east, north]], "crs": systems.CRS84}},
        "crs": systems.offered(),
        "storageCrs": systems.CRS84,
        "links": links,
    }


def _schema(relation: Relation, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": link(request.path, "self")["href"],
        "title": say(f"collection.{relation.collection}", current_language()),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _schemas(relation: Relation, fields: dict[str, Field]) -> dict[str, Any]:
    language = current_language()
    return {
        name: {"title": say(f"field.{name}", language), **_type(field.type)}
        for name, field in fields.items()
    }


def _type(kind: str) -> dict[str, Any]:
    if kind in ("date", "date-time"):
        return {"type": "string", "format": kind}
    return {"type": "array", "items": {"type": "string"}} if kind == "array" else {"type": kind}
