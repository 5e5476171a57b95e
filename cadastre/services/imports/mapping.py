"""Say which field of a file is which of ours: read from YAML, or suggested from field names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cadastre.errors import UnusableInput
from cadastre.services.imports.targets import TARGETS, Target
from cadastre.services.imports.values import HECTARES

KEYS = {
    "as", "layer", "crs", "fields", "constants", "defaults", "values", "dates", "separator",
    "ignore", "keep", "repeats", "area_unit", "prefix",
}  # fmt: skip
REPEATS = ("refuse", "suffix")
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """How rows of a file become rows of ours.

    ``fields`` goes from our field to theirs; ``constants`` hold for every row, ``defaults`` where
    the row says nothing (and are reported); ``values`` translates their words into ours, by our
    field; ``prefix`` stands before every code or number, which are one space for the register;
    ``keep`` names fields stored as attributes, ``ignore`` those left out knowingly.
    """

    collection: str
    fields: dict[str, str]
    layer: str | None = None
    crs: str | None = None
    constants: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    dates: tuple[str, ...] = DATES
    separator: str = r"[,;/]"
    ignore: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    repeats: str = "refuse"
    area_unit: str = "ha"
    prefix: str = ""


def load_mapping(path: Path, collection: str) -> FieldMapping:
    """Read a mapping file for a collection.

    Raises
    ------
    UnusableInput
        Not YAML, a key nobody knows, or a field the collection does not have; ``where`` names it.
    """
    try:
        written = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise UnusableInput("import.mapping-unreadable", where=path.name) from fault
    return mapping_of(written, collection, path.name)


def mapping_of(written: Any, collection: str, where: str) -> FieldMapping:
    """Read what a mapping file or a saved mapping says.

    Raises
    ------
    UnusableInput
        See :func:`load_mapping`.
    """
    if not isinstance(written, dict):
        raise UnusableInput("import.mapping-unreadable", where=where)
    unknown = sorted(str(key) for key in set(written) - KEYS)
    if unknown:
        raise UnusableInput(
            "import.mapping-unknown-key", where=where, given=unknown, known=sorted(KEYS)
        )
    if written.get("as", collection) != collection:
        raise UnusableInput(
            "import.mapping-other", where=where, meant=written["as"], given=collection
        )
    return _checked(where, collection, written)


def suggest_mapping(names: Iterable[str], collection: str) -> FieldMapping:
    """Guess a mapping from field names; what stays unmapped is reported by the import."""
    target = target_of(collection)
    free = {plain(name): name for name in names}
    fields = {}
    for ours, synonyms in target.synonyms.items():
        for synonym in (ours, *synonyms):
            if plain(synonym) in free:
                fields[ours] = free.pop(plain(synonym))
                break
    return FieldMapping(collection, fields)


def target_of(collection: str) -> Target:
    """Give what a collection takes.

    Raises
    ------
    UnusableInput
        ``import.unknown-collection``.
    """
    if collection not in TARGETS:
        raise UnusableInput("import.unknown-collection", where=collection, known=sorted(TARGETS))
    return TARGETS[collection]


def as_yaml(mapping: FieldMapping) -> str:
    """Write a mapping so that a person can complete it."""
    body = {"as": mapping.collection, "fields": mapping.fields, "constants": mapping.constants}
    written: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    return written


def plain(name: str) -> str:
    """Write a field name without accents, capitals or marks, to compare names."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", bare)


def _checked(where: str, collection: str, written: dict[str, Any]) -> FieldMapping:
    target = target_of(collection)
    for section in ("fields", "constants", "defaults", "values"):
        part = written.get(section) or {}
        if not isinstance(part, dict):
            raise UnusableInput("import.mapping-unreadable", where=f"{where}: {section}")
        for ours in part:
            if ours not in target.synonyms:
                raise UnusableInput(
                    "import.mapping-unknown-field",
                    where=f"{where}: {section}",
                    given=str(ours),
                    known=sorted(target.synonyms),
                )
    if written.get("repeats", "refuse") not in REPEATS:
        raise UnusableInput(
            "import.mapping-unknown-key", where=f"{where}: repeats",
            given=written["repeats"], known=REPEATS,
        )  # fmt: skip
    if written.get("area_unit", "ha") not in HECTARES:
        raise UnusableInput(
            "import.mapping-unknown-key", where=f"{where}: area_unit",
            given=written["area_unit"], known=sorted(HECTARES),
        )  # fmt: skip
    lists: dict[str, Any] = {n: tuple(written.get(n) or ()) for n in ("ignore", "keep")}
    single = ("layer", "crs", "separator", "repeats", "area_unit", "prefix")
    plain_keys: dict[str, Any] = {name: written[name] for name in single if name in written}
    return FieldMapping(
        collection,
        {ours: str(theirs) for ours, theirs in (written.get("fields") or {}).items()},
        constants=written.get("constants") or {},
        defaults=written.get("defaults") or {},
        values=written.get("values") or {},
        dates=(*(written.get("dates") or ()), *DATES),
        **lists,
        **plain_keys,
    )
