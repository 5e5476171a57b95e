"""Read what a request for items asks: which part of a collection, in which order and system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import request

from api.ogc import systems
from api.ogc.parameters import UnknownParameter, moment_of
from api.viewing import shared_viewer
from cadastre.errors import UnusableInput
from cadastre.queries.catalogue import relation_at_run
from cadastre.queries.cql2 import CQL2_TEXT, compile_filter
from cadastre.queries.filters import PARSERS, filtered
from cadastre.queries.relation import Box, Relation, box_of, box_values
from cadastre.queries.visibility import Viewer

KNOWN = (
    "bbox", "bbox-crs", "datetime", "limit", "after", "filter", "filter-lang", "filter-crs", "at",
    "known", "lang", "f", "crs", "sortby", "properties",
)  # fmt: skip


def asked_relation(collection: str) -> tuple[Relation, Mapping[str, Any]]:
    """Give the part of a collection that the request's box, moment and filters leave.

    The second are its moment and box, which each question to the first is given.

    Raises
    ------
    NotFound
        No such collection.
    UnusableInput
        A parameter that cannot be read; an unknown one is refused too.
    """
    at, interval = moment_of(request.args)
    bbox = asked_box()
    viewer = shared_viewer(collection)
    relation = _plain(collection, viewer, interval is not None, bbox is not None)
    relation = _by_queryables(relation)
    if interval is not None and relation.period is not None:
        relation = relation.narrowed(relation.period.op("&&")(interval))
    crs = systems.asked_system(request.args.get("filter-crs"), "filter-crs")
    language = request.args.get("filter-lang", CQL2_TEXT)
    if language not in PARSERS:
        raise UnusableInput("ogc.filter-lang", where="filter-lang", known=", ".join(PARSERS))
    kept = filtered(
        relation,
        request.args.get("filter"),
        language,
        systems.code_of(crs),
        north_first=systems.is_north_first(crs),
    )
    return kept, {**at.parameters(), **(box_values(bbox) if bbox is not None else {})}


@cache
def _plain(collection: str, viewer: Viewer, ever: bool, boxed: bool) -> Relation:
    """Describe a collection once for every box: its statements are compiled once too."""
    relation = relation_at_run(collection, viewer, ever=ever)
    return relation.within_asked() if boxed else relation


def asked_box() -> Box | None:
    """Read ``bbox`` in the system and order of axes of ``bbox-crs``.

    Raises
    ------
    UnusableInput
        ``http.not-a-box``.
    """
    text = request.args.get("bbox")
    system = systems.asked_system(request.args.get("bbox-crs"), "bbox-crs")
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) == 6:
            numbers = [*numbers[:2], *numbers[3:5]]
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise ValueError
        return box_of(",".join(map(repr, systems.read_box(numbers, system))))
    except ValueError:
        raise UnusableInput("http.not-a-box", where="bbox", given=text[:80]) from None


def asked_names(relation: Relation) -> tuple[str, ...] | None:
    """Read ``properties``, the fields wanted.

    Raises
    ------
    UnusableInput
        ``filter.unknown-name``.
    """
    text = request.args.get("properties")
    if text is None:
        return None
    names = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    for name in names:
        if name not in relation.fields:
            raise UnusableInput(
                "filter.unknown-name", where=name[:60], known=", ".join(relation.fields)
            )
    return names


def _by_queryables(relation: Relation) -> Relation:
    """Take ``name=value`` of a queryable as an equality; refuse what is no parameter at all."""
    fields = {name: f for name, f in relation.fields.items() if f.filterable}
    for name, text in request.args.items():
        if name in KNOWN:
            continue
        if name not in fields:
            known = ", ".join((*KNOWN, *fields))
            raise UnknownParameter("ogc.unknown-parameter", where=name, known=known)
        tree = {"op": "=", "args": [{"property": name}, _typed(text, fields[name].type)]}
        relation = relation.narrowed(compile_filter(tree, relation))
    return relation


def _typed(text: str, kind: str) -> str | float | bool:
    if kind in ("number", "integer"):
        try:
            return float(text) if kind == "number" else int(text)
        except ValueError:
            return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
