"""Read GeoJSON by our own hand: depth and structure are known before anything else sees it.

RFC 7946 (longitude first, WGS 84); the ``crs`` member of the 2008 format is honoured, with a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.shapes import KINDS
from cadastre.exchange.read.source import Feature, Source
from cadastre.geometry import crs as systems
from cadastre.geometry.reading import Note
from cadastre.vocabulary import NoteKind

_NAMES = ("name", "nom", "Name", "Nom", "NAME", "NOM", "title", "titre", "numero", "id")
# Brackets beyond these of the collections: Feature > geometry > coordinates > polygon > ring >
# position.
_LEVELS_OF_A_FEATURE = 8


def read_geojson(text: str, where: str, limits: Limits) -> Source:
    """Read every feature of a GeoJSON text.

    Raises
    ------
    UnusableInput
        It is no JSON, no GeoJSON, or nests deeper than the cap.
    TooLarge
        More features than the cap.
    """
    document = parse_json(text, where, limits.depth + _LEVELS_OF_A_FEATURE)
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise UnusableInput("exchange.not-geojson", where=where)
    crs, notes = _old_crs(document, where)
    features = []
    for number, item in enumerate(_items(document, where), start=1):
        if number > limits.features:
            raise TooLarge("exchange.too-many-features", where=where, limit=limits.features)
        features.append(_feature(item, f"{where} · {number}", crs, limits))
    return Source("GeoJSON", tuple(features), notes=tuple(notes))


def parse_json(text: str, where: str, depth: int) -> Any:
    """Parse JSON after counting its depth, refusing NaN, infinities and keys said twice."""
    _refuse_deep(text, where, depth)
    try:
        return json.loads(
            text, parse_constant=lambda word: _not_finite(where), object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as fault:
        raise UnusableInput("exchange.not-json", where=where) from fault


def name_of(attributes: Mapping[str, Any]) -> str | None:
    """Find what a feature is called among its attributes."""
    for key in _NAMES:
        value = attributes.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:200]
    return None


def _refuse_deep(text: str, where: str, limit: int) -> None:
    depth, inside, skip = 0, False, False
    for sign in text:
        if inside:
            if skip:
                skip = False
            elif sign == "\\":
                skip = True
            elif sign == '"':
                inside = False
        elif sign == '"':
            inside = True
        elif sign in "[{":
            depth += 1
            if depth > limit:
                raise UnusableInput("exchange.too-deep", where=where, limit=limit)
        elif sign in "]}":
            depth -= 1


def _not_finite(where: str) -> NoReturn:
    raise UnusableInput("exchange.not-finite", where=where)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two "coordinates" in one object: readers differ on which one counts, so neither does.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _items(document: Mapping[str, Any], where: str) -> Iterator[Mapping[str, Any]]:
    if document["type"] == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise UnusableInput("exchange.not-geojson", where=where)
        yield from features
    elif document["type"] == "Feature":
        yield document
    elif document["type"] in KINDS:
        yield {"type": "Feature", "geometry": document, "properties": {}}
    else:
        raise UnusableInput("exchange.not-geojson", where=where)


def _feature(item: Any, where: str, crs: str | None, limits: Limits) -> Feature:
    if not isinstance(item, Mapping) or item.get("type") != "Feature":
        raise UnusableInput("exchange.not-geojson", where=where)
    properties = item.get("properties") or {}
    if not isinstance(properties, Mapping) or len(properties) > limits.attributes:
        raise UnusableInput("exchange.not-geojson", where=where)
    geometry = item.get("geometry")
    if geometry is not None and not isinstance(geometry, Mapping):
        raise UnusableInput("exchange.not-geojson", where=where)
    attributes = {str(key)[:100]: _short(value, limits) for key, value in properties.items()}
    if "id" in item and isinstance(item["id"], (str, int)):
        attributes.setdefault("id", item["id"])
    return Feature(geometry, where, name_of(attributes), attributes, crs)


def _short(value: Any, limits: Limits) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[: limits.cell_characters]


def _old_crs(document: Mapping[str, Any], where: str) -> tuple[str | None, list[Note]]:
    """Honour ``{"crs": {"type": "name", "properties": {"name": …}}}`` of GeoJSON 2008."""
    member = document.get("crs")
    if member is None:
        return None, []
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    # A "link" to a definition elsewhere is not followed: nothing is fetched on a file's word.
    if not isinstance(name, str) or member.get("type") == "link":
        return None, [Note("exchange.crs-link-ignored", NoteKind.DOUBT)]
    code = systems.normalise(name)
    if code == systems.WGS84:
        return code, []
    values = {"crs": code}
    return code, [Note("exchange.old-crs-member", NoteKind.FACT, read=name[:80], values=values)]
