"""Keep a chosen way out in its step, with the very ground people looked at, and read it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.rules.resolution.situation import LEFT, RIGHT
from cadastre.services.cases.evaluate import Effect, Option


def facts_of(option: Option) -> dict[str, Any]:
    """Write a way out as facts of a step."""
    resolution = option.resolution
    return {
        "proposal": resolution.id,
        "kind": resolution.kind,
        "values": dict(resolution.values),
        LEFT: _hex(resolution.left),
        RIGHT: _hex(resolution.right),
        "areas": {LEFT: _areas(option.left), RIGHT: _areas(option.right)},
        "cures": {LEFT: list(option.left.cures), RIGHT: list(option.right.cures)},
        "makes": {LEFT: list(option.left.makes), RIGHT: list(option.right.makes)},
        "fees": {LEFT: _fees(option.left), RIGHT: _fees(option.right)},
        "needs": list(resolution.needs),
        "gains": option.gains,
        "breaks": option.breaks,
    }


def ground_of(facts: Mapping[str, Any], side: str) -> BaseGeometry | None:
    """Read the ground a side would have; None where its right ends."""
    return None if facts[side] is None else shapely.from_wkb(facts[side])


def _hex(ground: BaseGeometry | None) -> str | None:
    return None if ground is None else str(shapely.to_wkb(ground, hex=True))


def _fees(effect: Effect) -> list[dict[str, Any]]:
    return [
        {
            "name": dict(fee.name), "when": fee.when, "before": fee.before, "after": fee.after,
            "currency": fee.currency,
        }
        for fee in effect.fees
    ]  # fmt: skip


def _areas(effect: Effect) -> list[float]:
    return [round(effect.area_before_m2, 1), round(effect.area_after_m2, 1)]
