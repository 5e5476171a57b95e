"""Guess from column names, in four languages, what an older register's columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from cadastre.rules.substances import plain
from cadastre.services.legacy.mapping import ROLES

# Beginnings of words: dBASE cuts names at ten signs ("concesiona", "fecha_inic", "TITULAIRE_").
# The order inside a role is the order of trust; a column serves one role.
WORDS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "expedient", "numero titre", "num titre", "no titre", "licence no", "license no",
        "licence num", "license num", "title no", "title num", "permit no", "permit num",
        "tenement id", "tenid", "numero", "number", "num", "nro", "processo", "code", "codigo",
        "licence", "license", "permis", "id",
    ),
    "kind": ("tipo", "type", "kind", "categor", "nature", "fase", "class"),
    "holder": (
        "titular", "titulaire", "concesiona", "concession holder", "holder", "owner", "company",
        "empresa", "societe", "operateur", "operator", "detenteur", "party", "parties", "tenant",
        "requerente", "licensee",
    ),
    "substances": (
        "mineral", "substanc", "sustanc", "commodit", "minerai", "produit", "recurso", "subs",
        "resource",
    ),
    "status": ("estado", "statut", "status", "etat", "situac", "stato"),
    "instrument": ("resoluc", "decret", "arrete", "acte", "act no", "instrument", "gazette"),
    "applied_on": (
        "fecha solic", "date demande", "date dem", "dte applied", "applied", "application date",
        "date application", "date depot", "data requer",
    ),
    "granted_on": (
        "fecha otorg", "date octroi", "date oct", "granted", "grant date", "date granted",
        "dte granted", "data outorga", "date attribution",
    ),
    "starts_on": (
        "fecha inic", "date debut", "date effet", "start", "date start", "fecha alta",
        "issue date", "data inicio", "effective",
    ),
    "expires_on": (
        "fecha venc", "fecha fin", "date expir", "date fin", "date echeance", "expir", "end date",
        "dte expires", "data venc", "echeance", "validity",
    ),
    "area": (
        "area ha", "superficie ha", "sup ha", "superf", "surface", "hectar", "area km", "area",
        "superficie", "sup", "size",
    ),
    "coordinates": ("coordenad", "coordonn", "coordinates", "coords", "vertices", "sommets"),
    "name": ("nombre", "nom", "name", "nome", "denominac", "libelle", "project"),
}  # fmt: skip

CORNER_WORDS: Mapping[str, tuple[str, ...]] = {
    "x": ("longitude", "lon", "long", "x", "easting", "est", "este", "abscisse"),
    "y": ("latitude", "lat", "y", "northing", "nord", "norte", "ordonnee"),
    "order": ("sommet", "corner", "vertex", "vertice", "borne", "point", "punto", "ordre", "order"),
}


def suggest_mapping(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]] = ()
) -> dict[str, str]:
    """Suggest the column of each role; roles nothing speaks for are left out.

    Parameters
    ----------
    rows
        Some rows: a column that is empty throughout is not suggested.
    """
    sample = list(rows)
    filled = [
        column
        for column in columns
        if not sample or any(row.get(column) not in (None, "") for row in sample)
    ]
    spoken = {column: plain(column) for column in filled}
    chosen: dict[str, str] = {}
    for role, words in WORDS.items():
        free = [column for column in filled if column not in chosen.values()]
        found = _first(words, free, spoken)
        if found is not None:
            chosen[role] = found
    return {role: chosen[role] for role in ROLES if role in chosen}


def suggest_corners(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], number: str | None
) -> dict[str, str]:
    """Suggest the columns of corners where a table has several rows a number; else nothing."""
    numbers = [row.get(number) for row in rows] if number else []
    if len(set(numbers)) == len(numbers):
        return {}
    spoken = {column: plain(column) for column in columns}
    found = {
        role: next((c for word in words for c in columns if spoken[c] == word), None)
        for role, words in CORNER_WORDS.items()
    }
    if not (found["x"] and found["y"]):
        return {}
    return {role: column for role, column in found.items() if column}


def _first(words: Sequence[str], columns: Sequence[str], spoken: Mapping[str, str]) -> str | None:
    """Give the column that is a word, else begins with one, else holds one."""
    for fits in (_is, _begins, _holds):
        for word in words:
            for column in columns:
                if fits(spoken[column], word):
                    return column
    return None


def _is(name: str, word: str) -> bool:
    return name == word


def _begins(name: str, word: str) -> bool:
    return len(word) > 2 and name.startswith(word)


def _holds(name: str, word: str) -> bool:
    return len(word) > 3 and f" {word}" in name


def write_suggestion(
    layer: str | None,
    crs: str | None,
    fields: Mapping[str, str],
    kinds: Iterable[str],
    corners: Mapping[str, str] | None = None,
) -> str:
    """Write a mapping file to start from, with the kinds and the system found in the file."""
    content: dict[str, Any] = {
        "name": layer or "legacy",
        "source": "",
        "fields": dict(fields),
        "kinds": {kind: {"kind": plain(kind).replace(" ", "-"), "group": "all"} for kind in kinds},
        "area_unit": "km2" if "km" in plain(fields.get("area", "")) else "ha",
    }
    if corners:
        content["corners"] = dict(corners)
    if layer:
        content["layer"] = layer
    if crs:
        content["crs"] = crs
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
