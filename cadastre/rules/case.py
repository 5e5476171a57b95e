"""What one check works on: the facts beside the law of their day, measured once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from shapely.geometry import MultiPolygon, Polygon

from cadastre.errors import NotFound, UnusableInput
from cadastre.geometry.caps import cap, cap_polygon
from cadastre.geometry.grid import CellGrid
from cadastre.geometry.perimeter import (
    edge_true_area_m2,
    positions,
    rings_of,
)
from cadastre.geometry.reading import Ring
from cadastre.geometry.sound import sound
from cadastre.geometry.validity import Line, number_lines
from cadastre.rules.facts import Facts
from cadastre.rules.report import Area, measure_area
from cadastre.rules.ruleset import Kind, Ruleset
from cadastre.rules.substances import Match
from cadastre.vocabulary import EdgeModel

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Case:
    """Facts and law, with what every check would otherwise measure again.

    ``ground`` is the perimeter when it is valid, else what making it valid leaves, so that overlaps
    of a crossed ring can still be told. ``matches`` are the substances found, ``unknown`` the
    refusals.
    """

    facts: Facts
    ruleset: Ruleset
    kind: Kind | None
    rings: tuple[Ring, ...]
    lines: tuple[Line, ...]
    ground: Polygon | MultiPolygon
    area: Area
    edge_model: EdgeModel
    edge_true_m2: float
    tolerance_m: float
    matches: tuple[Match, ...]
    unknown: tuple[NotFound, ...]
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def at(self) -> dt.date:
        """Give the day whose law applies."""
        return self.facts.at

    @property
    def crs(self) -> str:
        """Give the projected CRS in which this perimeter is measured."""
        return self.area.crs

    @property
    def grid(self) -> CellGrid | None:
        """Give the grid whose cells make up perimeters of this kind; None for free ones."""
        return self.ruleset.grid_of(self.facts.kind, self.at, self.ground)

    @property
    def substance_ids(self) -> tuple[str, ...]:
        """List the substances asked for, by id."""
        return tuple(match.substance.id for match in self.matches)

    @property
    def class_ids(self) -> tuple[str, ...]:
        """List the classes of the substances asked for, sorted."""
        return tuple(sorted({match.substance.class_id for match in self.matches}))

    @property
    def groups(self) -> frozenset[str]:
        """Give the exclusivity groups the perimeter would occupy."""
        if "groups" not in self.memo:
            groups = self.ruleset.exclusivity_groups(self.substance_ids, self.at)
            self.memo["groups"] = frozenset(groups)
        known: frozenset[str] = self.memo["groups"]
        return known

    @property
    def planar_m2(self) -> float:
        """Give the area that law and fees go by: planar, or geodesic where there is no plane."""
        hectares = self.area.planar_ha
        return (self.area.geodesic_ha if hectares is None else hectares) * 10_000


def once(question: Callable[[Case], Answer]) -> Callable[[Case], Answer]:
    """Answer a question about a case only once, however many checks ask it."""

    @wraps(question)
    def answer(case: Case) -> Answer:
        key = f"{question.__module__}.{question.__qualname__}"
        if key not in case.memo:
            case.memo[key] = question(case)
        kept: Answer = case.memo[key]
        return kept

    return answer


def open_case(facts: Facts, ruleset: Ruleset) -> Case:
    """Measure the facts once, after the caps.

    Raises
    ------
    TooLarge
        Beyond the caps of :mod:`cadastre.geometry.caps`.
    UnusableInput
        A corner is nowhere on Earth.
    NotFound
        ``ruleset.unknown-kind``.
    """
    cap(facts.rings)
    cap_polygon(facts.perimeter)
    rings = facts.rings or rings_of(facts.perimeter)
    lines = number_lines([(positions(ring), ring.is_exclusion) for ring in rings])
    shape = _sound(facts.perimeter)
    matches, unknown = _substances(facts, ruleset)
    area = measure_area(shape, ruleset.planar_crs, facts.crs)
    model = ruleset.edge_model(facts.at)
    return Case(
        facts,
        ruleset,
        ruleset.kind(facts.kind) if facts.kind else None,
        rings,
        lines,
        shape,
        area,
        model,
        edge_true_area_m2(shape, model, area.crs),
        ruleset.technical_width_m(facts.at),
        matches,
        unknown,
    )


def _sound(perimeter: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Give the surfaces to check; none of a tangle, whose crossings are told as findings."""
    try:
        return sound(perimeter)
    except UnusableInput:
        return Polygon()


def _substances(
    facts: Facts, ruleset: Ruleset
) -> tuple[tuple[Match, ...], tuple[NotFound, ...]]:
    matches, unknown = [], []
    for written in facts.substances:
        try:
            matches.append(ruleset.substances.find(written))
        except NotFound as refusal:
            unknown.append(refusal)
    return tuple(matches), tuple(unknown)

