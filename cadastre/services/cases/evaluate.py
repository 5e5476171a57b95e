"""Say what each way out gives: areas, fees, findings it cures or makes, who gains."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.geometry.overlap import shared_ground
from cadastre.geometry.perimeter import ground as surfaces
from cadastre.geometry.perimeter import rings_of
from cadastre.geometry.reading import Reading
from cadastre.models import OverlapCase, Parcel
from cadastre.rules.check import check
from cadastre.rules.facts import NeighbourFact
from cadastre.rules.report import Report
from cadastre.rules.resolution.clip import area_m2
from cadastre.rules.resolution.propose import resolutions
from cadastre.rules.resolution.situation import LEFT, RIGHT, Resolution, Situation
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.situation import situation_of
from cadastre.services.checks import Demand, gather
from cadastre.vocabulary import Severity

GAIN_M2 = 100.0  # less is rounding
ABOUT_GROUND = (
    "overlap.", "zone.", "work.", "limits.", "direction.", "grid.", "area.", "geometry.", "place.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeeChange:
    """A fee before and after; None where the law names it without an amount that was found."""

    name: Any
    when: str
    before: int | None
    after: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a way out does to one side; areas in m² on the plane of the law."""

    area_before_m2: float
    area_after_m2: float
    fees: tuple[FeeChange, ...] = ()
    cures: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()  # codes among ``makes`` that the law forbids

    @property
    def change_m2(self) -> float:
        """Give what the side gains, negative for what it loses."""
        return self.area_after_m2 - self.area_before_m2


@dataclass(frozen=True, slots=True)
class Option:
    """A way out with its effects on both sides."""

    resolution: Resolution
    left: Effect
    right: Effect

    @property
    def breaks(self) -> bool:
        """Tell whether the result would break a rule that the present ground keeps."""
        return bool(self.left.blocks or self.right.blocks)

    @property
    def gains(self) -> str:
        """Name who is better off: left, right, both lose, or nobody."""
        left, right = self.left.change_m2, self.right.change_m2
        if abs(left) < GAIN_M2 and abs(right) < GAIN_M2:
            return "nobody"
        if left < -GAIN_M2 and right < -GAIN_M2:
            return "shared"
        return RIGHT if left < right else LEFT


@dataclass(frozen=True, slots=True)
class Case:
    """A case laid out: its row, the situation, every way out."""

    row: OverlapCase
    situation: Situation
    options: tuple[Option, ...]

    def option(self, option_id: str) -> Option | None:
        """Give a way out by its id."""
        return next((one for one in self.options if one.resolution.id == option_id), None)


def lay_out(session: Session, ruleset: Ruleset, row: OverlapCase, day: dt.date) -> Case:
    """Compute every way out of a case, with what it gives."""
    situation = situation_of(session, ruleset, row, day)
    desk = _Desk(session, ruleset, row, situation)
    options = [desk.option(one) for one in resolutions(situation)]
    # What breaks a rule is shown, last.
    return Case(row, situation, tuple(sorted(options, key=lambda option: option.breaks)))


class _Desk:
    """Check grounds of a case, each once."""

    def __init__(
        self, session: Session, ruleset: Ruleset, row: OverlapCase, situation: Situation
    ) -> None:
        self._session, self._ruleset = session, ruleset
        self._row, self._situation = row, situation
        self._known: dict[tuple[str, bytes, bytes], Report | None] = {}

    def option(self, resolution: Resolution) -> Option:
        """Give a way out with its effects."""
        return Option(resolution, self._effect(resolution, LEFT), self._effect(resolution, RIGHT))

    def _effect(self, resolution: Resolution, side: str) -> Effect:
        situation = self._situation
        before = situation.left.ground if side == LEFT else situation.right.ground
        after = resolution.left if side == LEFT else resolution.right
        sizes = area_m2(surfaces(before), situation), (
            0.0 if after is None else area_m2(surfaces(after), situation)
        )
        parcel = self._row.left_parcel if side == LEFT else self._row.right_parcel
        if parcel is None:
            return Effect(*sizes)
        other_before = situation.right.ground if side == LEFT else situation.left.ground
        other_after = resolution.right if side == LEFT else resolution.left
        was = self._report(side, parcel, before, other_before)
        if after is None:
            return Effect(*sizes, _fees(was, None), _sorted(_codes(was)))
        now = self._report(side, parcel, after, other_after)
        cured, made = _codes(was) - _codes(now), _codes(now) - _codes(was)
        blocking = _blocking(now) & made
        return Effect(*sizes, _fees(was, now), *map(_sorted, (cured, made, blocking)))

    def _report(
        self, side: str, parcel: Parcel, mine: BaseGeometry, other: BaseGeometry | None
    ) -> Report | None:
        key = side, mine.wkb, b"" if other is None else other.wkb
        if key not in self._known:
            try:
                self._known[key] = self._check(side, parcel, mine, other)
            except CadastreError:
                # Ground the checks cannot read has no findings to compare.
                self._known[key] = None
        return self._known[key]

    def _check(
        self, side: str, parcel: Parcel, mine: BaseGeometry, other: BaseGeometry | None
    ) -> Report:
        owner = parcel.title or parcel.application
        assert owner is not None
        shape = surfaces(mine)
        reading = Reading(rings_of(shape), parcel.original_crs, True, shape, "")
        numbers = (self._situation.left.number, self._situation.right.number)
        applicant = parcel.application.applicant.name if parcel.application else None
        demand = Demand(
            reading, self._situation.at, owner.kind, tuple(owner.substances), applicant,
            exclude=numbers,
        )  # fmt: skip
        facts = gather(self._session, self._ruleset, demand)
        other_parcel = self._row.right_parcel if side == LEFT else self._row.left_parcel
        if other is not None and other_parcel is not None:
            shared = shared_ground(shape, other)
            if not shared.is_empty:
                met = _neighbour(other_parcel, other, shared)
                facts = replace(facts, neighbours=(*facts.neighbours, met))
        return check(facts, self._ruleset)


def _neighbour(parcel: Parcel, ground: BaseGeometry, shared: BaseGeometry) -> NeighbourFact:
    owner = parcel.title or parcel.application
    assert owner is not None
    return NeighbourFact(
        "titles" if parcel.title else "applications",
        owner.number, owner.name or owner.number, owner.kind, tuple(owner.substances),
        owner.exclusivity_group, "in-force" if parcel.title else "filed",
        parcel.period.lower, parcel.period.upper,
        parcel.application.rank if parcel.application else None, None, ground, shared,
    )  # fmt: skip


def _codes(report: Report | None) -> frozenset[str]:
    """Give the findings about ground; what is said of money or method is the same either way."""
    codes = () if report is None else report.codes
    return frozenset(code for code in codes if code.startswith(ABOUT_GROUND))


def _blocking(report: Report | None) -> frozenset[str]:
    findings = () if report is None else report.findings
    return frozenset(f.code for f in findings if f.severity is Severity.BLOCK)


def _sorted(codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))


def _fees(before: Report | None, after: Report | None) -> tuple[FeeChange, ...]:
    if before is None:
        return ()
    later = {fee.code: fee.amount for fee in after.fees} if after else {}
    return tuple(
        FeeChange(
            fee.name, fee.when, fee.amount, later.get(fee.code) if after else 0, fee.currency
        )
        for fee in before.fees
    )
