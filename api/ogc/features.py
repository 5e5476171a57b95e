"""OGC API Features, Part 1: landing page, conformance, collections, items."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely
from flask import Blueprint, Response, request

from api.documentation import AT, BBOX, LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.ogc.links import GEOJSON, MVT, OPENAPI, here, link
from api.ogc.parameters import LIMIT, MOST, moment_of, refuse_unknown
from api.parameters import parse_bbox, parse_count
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Feature
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotFound, UnusableInput
from cadastre.queries.catalogue import COLLECTIONS, relation_of
from cadastre.queries.filters import filtered
from cadastre.queries.relation import Relation, count_features, find_feature, find_features
from cadastre.sentences import say
from cadastre.services.details import plain_properties
from cadastre.services.representation import feature

ogc_routes = Blueprint("ogc", __name__)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MERCATOR_TILES = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
# Only what is true today; clients rely on it.
CONFORMANCE = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
]


@ogc_routes.get("/ogc/")
@open_to(Access.ANYBODY)
@documented(Operation("Landing page of the OGC services", parameters=(LANG,)))
def landing() -> Response:
    """Lead to everything the OGC services offer."""
    return json_response(
        {
            "title": state().ruleset.name[current_language()],
            "description": say("ogc.about", current_language()),
            "links": [
                link("/ogc/", "self"),
                link("/api/openapi.json", "service-desc", OPENAPI),
                link("/about", "service-doc", "text/html"),
                link("/ogc/conformance", "conformance"),
                link("/ogc/collections", "data"),
                link("/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}", "tiles", MVT) | {"templated": True},
            ],
        }
    )


@ogc_routes.get("/ogc/conformance")
@open_to(Access.ANYBODY)
@documented(Operation("Standards that are met"))
def conformance() -> Response:
    """List the conformance classes."""
    return json_response({"conformsTo": CONFORMANCE})


@ogc_routes.get("/ogc/collections")
@open_to(Access.ANYBODY)
@documented(Operation("The collections", parameters=(LANG,)))
def collections() -> Response:
    """List the collections."""
    return json_response(
        {
            "links": [link("/ogc/collections", "self")],
            "collections": [describe_collection(name) for name in COLLECTIONS],
        }
    )


@ogc_routes.get("/ogc/collections/<collection>")
@open_to(Access.ANYBODY)
@documented(Operation("One collection", parameters=(LANG,)))
def one_collection(collection: str) -> Response:
    """Describe a collection."""
    relation_of(collection, now())
    return json_response(describe_collection(collection))


@ogc_routes.get("/ogc/collections/<collection>/queryables")
@open_to(Access.ANYBODY)
@documented(Operation("Names that may stand in a filter", media_types=("application/schema+json",)))
def queryables(collection: str) -> Response:
    """Give the queryables as JSON Schema."""
    relation = relation_of(collection, now())
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": link(request.path, "self")["href"],
        "type": "object",
        "properties": {
            "geometry": {"format": "geometry-any"},
            **{name: _schema_of(field.type) for name, field in relation.fields.items()},
        },
        "additionalProperties": False,
    }
    return json_response(body, content_type="application/schema+json")


@ogc_routes.get("/ogc/collections/<collection>/items")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Features of a collection",
        parameters=(
            BBOX, AT, LANG, LIMIT,
            Parameter("offset", "Number of features to leave out first", "integer", 0),
            Parameter("datetime", "Instant or interval (RFC 3339)", example="2026-01-01T00:00:00Z"),
            Parameter("filter", "CQL2 text", example="kind = 'permis-recherche'"),
            Parameter("filter-lang", "cql2-text"),
        ),
        media_types=(GEOJSON,),
    )
)  # fmt: skip
def items(collection: str) -> Response:
    """Give a page of features."""
    refuse_unknown(
        "bbox", "datetime", "limit", "offset", "filter", "filter-lang", "at", "known", "lang", "f"
    )
    relation = asked_relation(collection)
    limit = parse_count(request.args.get("limit"), "limit", 100, MOST)
    offset = _offset(request.args.get("offset"))
    rows = find_features(db_session(), relation, limit=limit + 1, offset=offset)
    shown = rows[:limit]
    links = [link(here(), "self", GEOJSON), link(f"/ogc/collections/{collection}", "collection")]
    if len(rows) > limit:
        links.append(link(here(limit=limit, offset=offset + limit), "next", GEOJSON))
    if offset:
        links.append(link(here(limit=limit, offset=max(offset - limit, 0)), "prev", GEOJSON))
    body = {
        "type": "FeatureCollection",
        "features": [_feature(row) for row in shown],
        "links": links,
        "timeStamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": count_features(db_session(), relation),
        "numberReturned": len(shown),
    }
    return json_response(body, content_type=GEOJSON)


@ogc_routes.get("/ogc/collections/<collection>/items/<path:key>")
@open_to(Access.ANYBODY)
@documented(Operation("One feature", Feature, parameters=(AT, LANG), media_types=(GEOJSON,)))
def one_item(collection: str, key: str) -> Response:
    """Give one feature by its number or code, whatever the day."""
    refuse_unknown("at", "known", "lang", "f")
    relation = relation_of(collection, moment_of(request.args)[0], ever=True)
    row = find_feature(db_session(), relation, key)
    if row is None:
        raise NotFound("http.not-in-register", where=key, given=key)
    links = [
        link(request.path, "self", GEOJSON),
        link(f"/ogc/collections/{collection}", "collection"),
    ]
    return json_response({**_feature(row), "links": links}, content_type=GEOJSON)


def asked_relation(collection: str) -> Relation:
    """Give the part of a collection that the request's bbox, moment and filter leave."""
    if request.args.get("filter-lang", "cql2-text") != "cql2-text":
        raise UnusableInput("ogc.filter-lang", where="filter-lang")
    at, interval = moment_of(request.args)
    relation = relation_of(collection, at, ever=interval is not None)
    if interval is not None and relation.period is not None:
        relation = relation.narrowed(relation.period.op("&&")(interval))
    bbox = parse_bbox(request.args.get("bbox"))
    if bbox is not None:
        relation = relation.within(bbox)
    return filtered(relation, request.args.get("filter"))


def describe_collection(name: str) -> dict[str, Any]:
    """Describe a collection in the language of the request."""
    language = current_language()
    path = f"/ogc/collections/{name}"
    west, south, east, north = state().ruleset.envelope
    return {
        "id": name,
        "title": say(f"collection.{name}", language),
        "description": say(f"collection.{name}.about", language),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84}},
        "crs": [CRS84],
        "links": [
            link(path, "self"),
            link(f"{path}/items", "items", GEOJSON),
            link(f"{path}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                 "application/schema+json"),
            link(f"{path}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}", "item", MVT)
            | {"templated": True},
        ],
    }  # fmt: skip


def _feature(row: Any) -> dict[str, Any]:
    geometry = shapely.from_wkb(bytes(row.geometry)) if row.geometry else None
    return feature(geometry, plain_properties(row._asdict()), row.key)


def _schema_of(kind: str) -> dict[str, Any]:
    if kind in ("date", "date-time"):
        return {"type": "string", "format": kind}
    return {"type": "array", "items": {"type": "string"}} if kind == "array" else {"type": kind}


def _offset(text: str | None) -> int:
    return parse_count(text, "offset", 0, 10_000_000) if text not in (None, "0") else 0
