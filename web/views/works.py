"""The list of energy works with its filters, and how far localities are from the network."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from sqlalchemy import func

from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_count, parse_moment
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.models import Party, Work
from cadastre.queries.electrification import bands, localities
from cadastre.queries.relation import Relation, count_features, find_features
from cadastre.queries.works import works
from cadastre.rules.permissions import Power, can_keep_works
from cadastre.services.labels import page_address
from cadastre.vocabulary import WorkState
from web.work_facts import attributes_told

pages = Blueprint("works", __name__)
SHOWN = 50
FILTERS = ("kind", "state", "operator", "q")
MOST_PAGES = 10_000


@pages.get("/works")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def index() -> str:
    """List works by kind, state, operator and name."""
    ruleset, language = state().ruleset, current_language()
    asked = {name: request.args.get(name, "").strip()[:120] for name in FILTERS}
    relation = _narrowed(works(parse_moment(request.args)), asked)
    page = parse_count(request.args.get("page"), "page", 1, MOST_PAGES)
    count = count_features(db_session(), relation)
    rows = find_features(db_session(), relation, limit=SHOWN, offset=(page - 1) * SHOWN)
    actor = current_actor()
    return render_template(
        "works/list.html", asked=asked, count=count, states=[one.value for one in WorkState],
        kinds=[(kind.id, kind.name[language]) for kind in ruleset.works.values()],
        rows=[_row(row._asdict(), language) for row in rows],
        before=_page(asked, page - 1) if page > 1 else None,
        after=_page(asked, page + 1) if count > page * SHOWN else None,
        taken={form: _export(asked, form) for form in ("geojson", "csv", "gpkg")},
        may_add=can_keep_works(actor) or bool(actor.parties(Power.FILE)),
    )  # fmt: skip


def _narrowed(relation: Relation, asked: dict[str, str]) -> Relation:
    if asked["kind"]:
        relation = relation.narrowed(Work.kind == asked["kind"])
    if asked["state"]:
        relation = relation.narrowed(Work.state == asked["state"])
    if asked["operator"]:
        same = func.searchable(Party.name).contains(func.searchable(asked["operator"]))
        relation = relation.narrowed(same, Party.kind != "person")
    if asked["q"]:
        words = func.searchable(func.coalesce(Work.name, "") + " " + Work.code)
        relation = relation.narrowed(words.contains(func.searchable(asked["q"])))
    return relation


def _row(row: dict[str, Any], language: str) -> dict[str, Any]:
    kind = state().ruleset.works.get(row["kind"])
    return {
        **row,
        "href": page_address("works", row["code"]),
        "kind_name": kind.name[language] if kind else row["kind"],
        "what": attributes_told(db_session(), row["code"], row["kind"], language),
    }


def _page(asked: dict[str, str], page: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"/works?{urlencode({**kept, 'page': page})}"


def _export(asked: dict[str, str], form: str) -> str:
    """Give the export of what is shown, as far as a filter of exports can say it."""
    literals = [
        f"{name} = '{asked[name].replace(chr(39), chr(39) * 2)}'"
        for name in ("kind", "state")
        if asked[name]
    ]
    query = {"format": form} | ({"where": " AND ".join(literals)} if literals else {})
    return f"/api/exports/works?{urlencode(query)}"


@pages.get("/electrification")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def electrification() -> str:
    """Show localities by their distance to the network in service."""
    every = localities(db_session())
    region = request.args.get("region", "")[:40]
    found = [one for one in every if not region or one.region_code == region]
    km = parse_count(request.args.get("km"), "km", 0, 1000) if request.args.get("km") else 0
    far = [one for one in found if one.distance_km is None or one.distance_km >= km]
    regions = sorted({(one.region_code, one.region) for one in every if one.region_code})
    return render_template(
        "works/electrification.html", bands=bands(found), rows=far, regions=regions,
        region=region, km=km,
    )  # fmt: skip
