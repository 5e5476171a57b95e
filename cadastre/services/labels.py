"""Name what the register codes: kinds, substances, statuses, units, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cadastre.rules.ruleset import Ruleset
from cadastre.rules.substances import plain
from cadastre.sentences import say

PAGES = {
    "titles": "titles",
    "applications": "applications",
    "zones": "zones",
    "works": "works",
    "administrative-units": "units",
}


def label_of(ruleset: Ruleset, collection: str, kind: str | None, language: str) -> str | None:
    """Name the kind of something, by the ruleset where the law names it."""
    if kind is None:
        return _said(f"collection.{collection}.one", language)
    named = {
        "titles": {kind.id: kind.name for kind in ruleset.kinds.values()},
        "applications": {kind.id: kind.name for kind in ruleset.kinds.values()},
        "zones": {zone.id: zone.name for zone in ruleset.zones.values()},
        "works": {work.id: work.name for work in ruleset.works.values()},
    }.get(collection, {})
    if kind in named:
        return named[kind][language]
    return _said(f"{collection}.{kind}", language, kind)


def kind_labels(ruleset: Ruleset, collection: str, language: str) -> dict[str, str]:
    """Name every value that a map tells the things of a collection apart by."""
    if collection == "occupations":
        standings = ("exclusive", "second-rank", "legacy")
        return {one: say(f"occupations.{one}", language) for one in standings}
    if collection == "administrative-units":
        return {str(n): say(f"administrative-units.{n}", language) for n in range(5)}
    kinds: Mapping[str, Any] = {
        "titles": ruleset.kinds, "applications": ruleset.kinds, "zones": ruleset.zones,
        "works": ruleset.works,
    }.get(collection, {})  # fmt: skip
    return {one.id: one.name[language] for one in kinds.values()}


def substance_label(ruleset: Ruleset, substance: str, language: str) -> str:
    """Name a substance; one that the ruleset does not know keeps its code."""
    found = ruleset.substances.by_id.get(substance)
    return str(found.name[language]) if found else substance


def substances_named(ruleset: Ruleset, words: str) -> list[str]:
    """Give the codes of the substances that words name: ``or``, ``gold``, ``phosphat``."""
    wanted = plain(words)
    if not wanted:
        return []
    return [
        substance.id
        for substance in ruleset.substances.by_id.values()
        if any(_is_named(name, wanted) for name in (*substance.name.values(), *substance.synonyms))
    ]


def page_address(collection: str, key: str) -> str | None:
    """Give the address of the page of something, None where it has no page."""
    page = PAGES.get(collection)
    return f"/{page}/{quote(key, safe='')}" if page else None


def _is_named(name: str, wanted: str) -> bool:
    """Tell whether words name it; from four letters on, the beginning of its name is enough."""
    known = plain(name)
    return known == wanted or (len(wanted) >= 4 and known.startswith(wanted))


def _said(code: str, language: str, otherwise: str | None = None) -> str | None:
    words = say(code, language)
    return words if words != code else otherwise
