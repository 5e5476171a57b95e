"""What a check says, and what it proposes.

All findings come at once, each with a stable code whose sentence stands in ``data/sentences``.
Geometries are shapely, EPSG:4326, longitude first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.vocabulary import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found: where the law or geometry is met, broken or in doubt."""

    code: str
    severity: Severity
    values: Mapping[str, Any] = field(default_factory=dict)
    article: str | None = None
    evidence: Evidence | None = None
    geometry: BaseGeometry | None = None
    corner: int | None = None  # 1-based, counted over the rings as filed
    where: str | None = None  # the question of a form it is about


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground shared with something that occupies or asks for it.

    ``area_m2`` follows the edge model; ``share`` is the part of the perimeter that is asked,
    ``share_of_other`` the part of the other parcel (None for zones and works, whose whole ground
    the check is not told). ``technical`` means within the rounding of corners: listed, never
    blocking. ``effect_code`` is the code of the finding that speaks of it.
    """

    collection: str
    id: str
    name: str
    area_m2: float
    share: float
    share_of_other: float | None
    technical: bool
    blocking: bool
    geometry: BaseGeometry
    values: Mapping[str, Any] = field(default_factory=dict)
    effect_code: str | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount due, with its working, in words, so that a person can redo it by hand."""

    code: str
    amount: int | None  # None: the law names the fee but its amount was not found
    currency: str
    working: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    article: str | None = None
    evidence: Evidence | None = None
    name: Mapping[str, str] = field(default_factory=dict)
    when: str = "filing"  # filing, grant or yearly


@dataclass(frozen=True, slots=True)
class Proposal:
    """A changed perimeter that would cure findings; nothing is applied without a person.

    Its sentence is said from the code ``proposal.<kind>``.
    """

    kind: str  # repair-…, snap-grid, snap-neighbour, clip, shrink, swap-axes… (see rules.proposals)
    geometry: BaseGeometry
    area_ha: float
    cures: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
