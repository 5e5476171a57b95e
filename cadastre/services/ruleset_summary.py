"""Summarise a ruleset for forms and legends, in one language, as it stands on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cadastre.geometry.crs import describe
from cadastre.rules.ruleset import Kind, Ruleset


def ruleset_json(ruleset: Ruleset, day: dt.date, language: str) -> dict[str, Any]:
    """Give what a page needs of the law; labels in the language asked for."""
    systems = dict.fromkeys((ruleset.legal_crs, *ruleset.likely_crs))
    grid = ruleset.snap_grid
    return {
        "id": ruleset.id,
        "name": ruleset.name[language],
        "version": ruleset.version,
        "country": ruleset.country,
        "currency": ruleset.currency,
        "legal_crs": ruleset.legal_crs,
        "crs_options": [{"code": code, "label": describe(code, language)} for code in systems],
        "bounds": list(ruleset.envelope),
        "kinds": [_kind(ruleset, kind, day, language) for kind in ruleset.kinds.values()],
        "substances": _substances(ruleset, language),
        "zones": [
            {"kind": zone.id, "label": zone.name[language], "effect": zone.effect.at(day).value}
            for zone in ruleset.zones.values()
        ],
        "works": [
            {
                "kind": work.id,
                "label": work.name[language],
                "corridor_m": work.corridor_m.at(day).value,
            }
            for work in ruleset.works.values()
        ],
        "grid": {"crs": grid.crs, "step_m": grid.step_m} if grid else None,
    }


def _kind(ruleset: Ruleset, kind: Kind, day: dt.date, language: str) -> dict[str, Any]:
    geometry = kind.at("geometry", day)
    return {
        "id": kind.id,
        "label": kind.name[language],
        "geometry": geometry.value if geometry else "free",
        "article": geometry.article if geometry else None,
        "evidence": geometry.evidence.value if geometry else None,
        "classes": list(kind.classes),
        "suspended": _suspension(ruleset, kind, day, language),
    }


def _suspension(ruleset: Ruleset, kind: Kind, day: dt.date, language: str) -> dict[str, Any] | None:
    """Tell the freeze that a kind is under on a day, with what stays exempt."""
    for freeze in ruleset.moratoria.values():
        if kind.id in freeze.kinds and freeze.runs(day):
            return {
                "id": freeze.id,
                "name": freeze.name[language],
                "since": freeze.starts.isoformat(),
                "until": freeze.ends.isoformat() if freeze.ends else None,
                "exempt_classes": list(freeze.exempt_classes),
                "article": freeze.article,
                "evidence": freeze.evidence.value,
            }
    return None


def _substances(ruleset: Ruleset, language: str) -> list[dict[str, Any]]:
    classes = ruleset.substances.classes
    return [
        {
            "id": substance.id,
            "label": substance.name[language],
            "class": substance.class_id,
            "class_label": classes[substance.class_id].name[language],
        }
        for substance in sorted(
            ruleset.substances.by_id.values(), key=lambda one: (one.class_id, one.name[language])
        )
    ]
