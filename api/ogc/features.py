"""OGC API Features: items of a collection page by page, and one item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from api.documentation import AT, BBOX, LANG, Operation, Parameter, documented
from api.limits import PAGED, limiter
from api.ogc import systems
from api.ogc.answers import answer, kept, renderer, wants_page
from api.ogc.asked import asked_names, asked_relation
from api.ogc.geojson import features_of, features_text, plain
from api.ogc.links import GEOJSON, HTML, here, link
from api.ogc.parameters import LIMIT, MOST, moment_of, refuse_unknown
from api.parameters import parse_count
from api.permissions import Access, open_to
from api.schemas import Feature
from api.session import db_session, reading_session
from api.viewing import shared_viewer
from cadastre.errors import NotFound
from cadastre.queries.asof import look_back
from cadastre.queries.catalogue import relation_at_run
from cadastre.queries.paging import Page, find_item, find_page, settled_at, sorts_of
from cadastre.queries.relation import count_features
from cadastre.services.details import plain_properties

ogc_routes = Blueprint("ogc", __name__)
CRS = Parameter("crs", "Address of the system of the answer", example=systems.CRS84)
KNOWN = Parameter("known", "Instant until which the register knew", example="2026-11-24T12:00:00Z")


@ogc_routes.get("/ogc/collections/<collection>/items")
@limiter.limit(PAGED)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Features of a collection",
        parameters=(
            BBOX, Parameter("bbox-crs", "Address of the system of bbox", example=systems.CRS84),
            AT, KNOWN, LANG, LIMIT, CRS,
            Parameter("after", "Mark of a page, as the link next has it"),
            Parameter("datetime", "Instant or interval (RFC 3339)", example="2026-01-01T00:00:00Z"),
            Parameter("filter", "CQL2", example="kind = 'permis-recherche'"),
            Parameter("filter-lang", "cql2-text or cql2-json", example="cql2-text"),
            Parameter("filter-crs", "System of the shapes in the filter", example=systems.CRS84),
            Parameter("sortby", "Names, each perhaps behind -", example="-area_ha,number"),
            Parameter("properties", "Names of the fields wanted", example="number,kind"),
            Parameter("f", "json or html", example="json"),
        ),
        media_types=(GEOJSON, HTML),
    )
)  # fmt: skip
def items(collection: str) -> Response:
    """Give a page of features."""
    relation, moment = asked_relation(collection)
    sorts = sorts_of(relation, request.args.get("sortby"))
    seen_at = _pin(bool(sorts))
    crs = systems.asked_system(request.args.get("crs"), "crs")
    limit = parse_count(request.args.get("limit"), "limit", 100, MOST)
    after = request.args.get("after")
    names = asked_names(relation)
    page = find_page(
        db_session() if sorts else reading_session(), relation, limit=limit, sorts=sorts,
        after=after, names=names, as_geojson=crs == systems.CRS84, values=moment,
    )  # fmt: skip
    names = tuple(relation.fields) if names is None else names
    body: dict[str, Any] = {
        "links": _links(collection, page, seen_at),
        "numberReturned": len(page.rows),
    }
    if after is None:
        is_whole = page.following is None
        body["numberMatched"] = (
            len(page.rows) if is_whole else count_features(db_session(), relation, moment)
        )
    if wants_page():
        body |= {"collection": collection, "rows": [_shown(row, names) for row in page.rows]}
        return answer("items", body)
    written = features_of(page.rows, names, crs)
    whole = {"type": "FeatureCollection", "features": written, **body}
    return kept(Response(features_text(whole), content_type=GEOJSON), Content_Crs=f"<{crs}>")


@ogc_routes.get("/ogc/collections/<collection>/items/<path:key>")
@open_to(Access.ANYBODY)
@documented(
    Operation("One feature", Feature, parameters=(AT, KNOWN, CRS, LANG), media_types=(GEOJSON,))
)
def one_item(collection: str, key: str) -> Response:
    """Give one feature by its number or code, whatever the day."""
    refuse_unknown("at", "known", "lang", "f", "crs")
    crs = systems.asked_system(request.args.get("crs"), "crs")
    relation = relation_at_run(collection, shared_viewer(collection), ever=True)
    row = find_item(
        reading_session(), relation, key, as_geojson=crs == systems.CRS84,
        values=moment_of(request.args)[0].parameters(),
    )  # fmt: skip
    if row is None:
        raise NotFound("http.not-in-register", where=key, given=key)
    links = [
        link(request.path, "self", GEOJSON),
        link(f"/ogc/collections/{collection}", "collection"),
    ]
    if renderer() is not None:
        links.append(link(here(f="html"), "alternate", HTML))
    (written,) = features_of([row], tuple(relation.fields), crs)
    body = {**written, "id": key, "links": links}
    if wants_page():
        shown = {**plain(body), "properties": plain_properties(written["properties"])}
        return answer("item", {**shown, "collection": collection}, GEOJSON)
    return kept(Response(features_text(body), content_type=GEOJSON), Content_Crs=f"<{crs}>")


def _pin(is_sorted: bool) -> dt.datetime:
    """Give the instant whose register the following pages show.

    A key never changes, so the first page may show the present. A value that rows are sorted by
    may: then the first page looks at a settled instant too.
    """
    if not is_sorted or request.args.get("known"):
        return dt.datetime.now(dt.UTC)
    settled = settled_at(db_session())
    look_back(db_session(), settled)
    return settled


def _links(collection: str, page: Page, seen_at: dt.datetime) -> list[dict[str, Any]]:
    links = [link(here(), "self", GEOJSON), link(f"/ogc/collections/{collection}", "collection")]
    if renderer() is not None:
        links.append(link(here(f="html"), "alternate", HTML))
    if page.following is not None:
        # The pages that follow look at the register of this moment, on both of its clocks.
        moment = seen_at.isoformat().replace("+00:00", "Z")
        pinned: dict[str, Any] = {"known": request.args.get("known") or moment}
        if not request.args.get("at") and not request.args.get("datetime"):
            pinned["datetime"] = moment
        links.append(link(here(**pinned, after=page.following), "next", GEOJSON))
    return links


def _shown(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {"id": row.key, "values": dict(zip(names, row, strict=False))}
