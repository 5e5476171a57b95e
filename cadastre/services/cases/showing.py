"""Represent cases for the API, the command and the map of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from cadastre.rules.resolution.situation import LEFT, RIGHT, Side
from cadastre.rules.resolution.state import CaseState
from cadastre.sentences import say
from cadastre.services.cases.desk import CaseRow
from cadastre.services.cases.evaluate import Case, Effect, FeeChange, Option
from cadastre.units import m2_to_ha


def row_json(row: CaseRow) -> dict[str, Any]:
    """Represent a case of a list."""
    return {
        "number": row.number,
        "kind": row.kind,
        "left": row.left,
        "right": row.right,
        "group": row.group,
        "area_ha": round(m2_to_ha(row.area_m2), 4),
        "share_of_left": round(row.share_of_left, 6),
        "technical": row.is_technical,
        "detected_at": row.detected_at.isoformat(),
        "deadline_on": row.deadline_on.isoformat() if row.deadline_on else None,
        "condition": row.condition.value,
        "outcome": row.outcome,
    }


def case_json(case: Case, language: str, state: CaseState | None = None) -> dict[str, Any]:
    """Represent a case with both sides, what they share and the ways out."""
    row, situation = case.row, case.situation
    return {
        "number": row.number,
        "kind": row.kind,
        "area_ha": round(m2_to_ha(row.area_m2), 4),
        "mean_width_m": round(row.mean_width_m, 3),
        "technical": row.is_technical,
        "detected_at": row.detected_at.isoformat(),
        "deadline_on": row.deadline_on.isoformat() if row.deadline_on else None,
        "condition": state.condition.value if state else None,
        "outcome": row.outcome,
        LEFT: _side(situation.left, row.share_of_left),
        RIGHT: _side(situation.right, row.share_of_right),
        "shared": mapping(to_shape(row.geom)),
        "proposals": [option_json(option, language) for option in case.options],
    }


def _side(side: Side, share: float | None) -> dict[str, Any]:
    return {
        "occupant": side.occupant,
        "number": side.number,
        "share": None if share is None else round(share, 6),
        "geometry": mapping(side.ground),
    }


def option_json(option: Option, language: str) -> dict[str, Any]:
    """Represent a way out: what it is, in words; areas, fees and findings of both sides."""
    resolution = option.resolution
    return {
        "id": resolution.id,
        "kind": resolution.kind,
        "text": sentence(resolution.kind, resolution.values, language),
        "needs": list(resolution.needs),
        "breaks": option.breaks,
        "gains": option.gains,
        LEFT: _effect(option.left, resolution.left),
        RIGHT: _effect(option.right, resolution.right),
    }


def _effect(effect: Effect, ground: BaseGeometry | None) -> dict[str, Any]:
    return {
        "area_before_ha": round(m2_to_ha(effect.area_before_m2), 4),
        "area_after_ha": round(m2_to_ha(effect.area_after_m2), 4),
        "fees": [_fee(fee) for fee in effect.fees],
        "cures": list(effect.cures),
        "makes": list(effect.makes),
        "geometry": None if ground is None else mapping(ground),
    }


def _fee(fee: FeeChange) -> dict[str, Any]:
    return {
        "name": dict(fee.name), "when": fee.when, "before": fee.before, "after": fee.after,
        "currency": fee.currency,
    }  # fmt: skip


def sentence(kind: str, values: Mapping[str, Any], language: str) -> str:
    """Say what a way out does, naming the mistake where it is one."""
    how = values.get("how")
    code = f"cases.proposal.{kind}" if how is None else f"cases.proposal.{kind}-{how}"
    told = dict(values)
    for name in told:
        if name.startswith("side"):
            told[name] = say(f"cases.side-{told[name]}", language)
    if how == "other-crs" and told.get("accuracy") is None:
        code += "-unknown"
    return say(code, language, **told)
