"""The law of one country, as data: what the loader hands to checks, fees and terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.errors import CadastreError, NotFound
from cadastre.geometry.grid import CellGrid, fit
from cadastre.rules.exclusion import Pair, occupied_names
from cadastre.rules.substances import Substance, SubstanceClass, Substances
from cadastre.vocabulary import EdgeModel, Evidence

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A legal value on a day, with what it stands on.

    ``value`` is None when the rule exists but no value is known or in force on that day.
    """

    path: str
    value: Any
    unit: str | None
    article: str | None
    source: str | None
    evidence: Evidence
    effect: str | None
    description: Text
    note: Text | None = None
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A legal value through time: ``periods`` are (first day, value), oldest first."""

    path: str
    description: Text
    evidence: Evidence
    periods: tuple[tuple[dt.date, Any], ...]
    unit: str | None = None
    article: str | None = None
    source: str | None = None
    effect: str | None = None
    note: Text | None = None

    def at(self, day: dt.date) -> DatedValue:
        """Give the value in force on a day."""
        begun = [(since, value) for since, value in self.periods if since <= day]
        since, value = begun[-1] if begun else (None, None)
        return DatedValue(
            self.path, value, self.unit, self.article, self.source, self.evidence,
            self.effect, self.description, self.note, since,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of title; a parameter it lacks is not a rule for it.

    ``classes`` limits it to classes of substances (empty: all); ``follows`` names the kinds whose
    holder has priority for this one on the same ground.
    """

    id: str
    name: Text
    parameters: Mapping[str, Parameter]
    classes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()

    def at(self, parameter: str, day: dt.date) -> DatedValue | None:
        """Give a parameter's value on a day; None when the kind has no such rule."""
        found = self.parameters.get(parameter)
        return found.at(day) if found else None


@dataclass(frozen=True, slots=True)
class ZoneKind:
    """What a kind of zone does; ``substances`` limits it to some (empty: all).

    ``consent`` says who may let a right be there: its authority (also when nothing is said), or
    nobody.
    """

    id: str
    name: Text
    effect: Parameter
    substances: tuple[str, ...] = ()
    consent: Parameter | None = None


@dataclass(frozen=True, slots=True)
class WorkKind:
    """The corridor a kind of work draws around itself, what it does, and who may consent to it."""

    id: str
    name: Text
    corridor_m: Parameter
    effect: Parameter
    consent: Parameter | None = None


@dataclass(frozen=True, slots=True)
class FeeRule:
    """An amount due: ``basis`` is fixed or per-km2, ``when`` is filing, grant or yearly.

    ``moments`` are those of a dossier at which it is due: lodgement, decision (before the act),
    issue (between the act and the title), yearly. A yearly fee may be due first at another moment.
    """

    id: str
    name: Text
    kinds: tuple[str, ...]
    basis: str
    when: str
    amount: Parameter
    rounding: Parameter | None = None
    note: Text | None = None
    moments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moratorium:
    """A freeze of granting from ``starts`` to ``ends`` (None: no end known)."""

    id: str
    name: Text
    enabled: bool
    starts: dt.date
    ends: dt.date | None
    kinds: tuple[str, ...]
    exempt_classes: tuple[str, ...]
    effect: str
    evidence: Evidence
    article: str | None = None
    source: str | None = None
    note: Text | None = None

    def runs(self, day: dt.date) -> bool:
        """Tell whether it stops filings on a day."""
        return self.enabled and self.starts <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True, slots=True)
class SnapGrid:
    """The round multiples on which this country's orders draw their corners."""

    crs: str
    step_m: float
    tolerance_m: float


@dataclass(frozen=True, slots=True)
class ReadingHints:
    """What helps a reader tell the likely meaning of coordinates; hints, never answers.

    ``envelope`` is west, south, east, north in degrees.
    """

    envelope: tuple[float, float, float, float]
    likely_crs: tuple[str, ...]
    legal_crs: str
    grid_crs: str | None = None
    grid_step_m: float | None = None


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The law of one country; every question takes its date."""

    id: str
    country: str
    version: str
    name: Text
    languages: tuple[str, ...]
    currency: str
    time_zone: str
    legal_crs: str
    planar_crs: str  # "auto": the UTM zone where the perimeter lies
    likely_crs: tuple[str, ...]
    envelope: tuple[float, float, float, float]
    kinds: Mapping[str, Kind]
    substances: Substances
    zones: Mapping[str, ZoneKind]
    works: Mapping[str, WorkKind]
    moratoria: Mapping[str, Moratorium]
    fees: Mapping[str, FeeRule]
    parameters: Mapping[str, Parameter]
    snap_grid: SnapGrid | None = None
    grids: tuple[CellGrid, ...] = ()
    cell_name: Text | None = field(default=None)

    def kind(self, kind_id: str) -> Kind:
        """Give a kind of title.

        Raises
        ------
        NotFound
            ``ruleset.unknown-kind``, listing the kinds there are.
        """
        found = self.kinds.get(kind_id)
        if found is None:
            raise NotFound("ruleset.unknown-kind", given=kind_id, known=sorted(self.kinds))
        return found

    def substance(self, name: str) -> Substance:
        """Find a substance by id, French or English name, or synonym; see :class:`Substances`."""
        return self.substances.find(name).substance

    def value(self, path: str, at: dt.date) -> DatedValue:
        """Give a value by its path, such as ``kinds.permis-recherche.max_area_km2``.

        Raises
        ------
        NotFound
            ``ruleset.unknown-value``: no parameter has that path.
        """
        found = self.parameters.get(path)
        if found is None:
            raise NotFound("ruleset.unknown-value", given=path)
        return found.at(at)

    def edge_model(self, at: dt.date) -> EdgeModel:
        """Give the line that joins two corners."""
        return EdgeModel(self.value("ruleset.edge_model", at).value or EdgeModel.LONLAT)

    def technical_width_m(self, at: dt.date) -> float:
        """Give the mean width up to which an overlap is technical, in metres."""
        return float(self.value("ruleset.technical_mean_width", at).value or 0.0)

    def substance_class(self, name: str) -> SubstanceClass:
        """Give the class of a substance."""
        return self.substances.classes[self.substance(name).class_id]

    def exclusivity_groups(
        self, names: Iterable[str], at: dt.date | None = None
    ) -> tuple[str, ...]:
        """Give every exclusivity group that substances fall in, sorted.

        A right over substances of two classes occupies ground in both: the register writes one
        occupation per group. Where the law lets two groups exclude each other, their pair is one
        more name (:mod:`cadastre.rules.exclusion`), after the groups themselves.
        """
        by = self.value("overlaps.exclusivity_by", at or dt.date.max).value
        if by == "all":
            return ("all",)
        found = [self.substance(name) for name in names]
        groups = {s.id if by == "substance" else s.class_id for s in found}
        return occupied_names(groups, self.excluding_pairs(at))

    def excluding_pairs(self, at: dt.date | None = None) -> tuple[Pair, ...]:
        """Give the pairs of different groups that exclude each other; most laws have none."""
        rule = self.parameters.get("overlaps.excludes")
        value = None if rule is None else rule.at(at or dt.date.max).value
        return tuple((one, other) for one, other in value or ())

    def exclusivity_group(self, kind: str, names: Iterable[str], at: dt.date | None = None) -> str:
        """Give the group of the first substance: the main one of a right.

        A right of a kind that is not exclusive is in a group of its own, ``none``, which the
        register does not guard.
        """
        exclusive = self.kind(kind).at("exclusive", at or dt.date.max)
        names = list(names)
        if not names or (exclusive is not None and exclusive.value is False):
            return "none"
        return self.exclusivity_groups(names[:1], at)[0]

    def is_on_grid(self, kind_id: str | None, at: dt.date) -> bool:
        """Tell whether perimeters of a kind are made of cells on a day."""
        kind = self.kinds.get(kind_id or "")
        shape = kind.at("geometry", at) if kind else None
        return shape is not None and shape.value == "grid" and bool(self.grids)

    def grid_of(
        self, kind_id: str | None, at: dt.date, perimeter: BaseGeometry
    ) -> CellGrid | None:
        """Give the grid of a kind whose perimeters are made of cells; None for free perimeters.

        Where a country has a grid for each of its zones, the middle of the perimeter decides.
        """
        if not self.is_on_grid(kind_id, at):
            return None
        west, _, east, _ = (0.0, 0.0, 0.0, 0.0) if perimeter.is_empty else perimeter.bounds
        middle = (west + east) / 2
        return min(self.grids, key=lambda grid: (grid.distance_from(middle), grid.id))

    def on_cells(
        self, kind_id: str | None, at: dt.date, perimeter: Polygon | MultiPolygon
    ) -> Polygon | MultiPolygon:
        """Give exactly the cells a perimeter is made of; a free or broken one stays as it is."""
        grid = self.grid_of(kind_id, at, perimeter)
        try:
            return (fit(perimeter, grid) if grid else None) or perimeter
        except CadastreError:
            # Too large or too tangled to be counted: the checks say so of the perimeter itself.
            return perimeter

    def reading_hints(self) -> ReadingHints:
        """Give what helps reading coordinates of this country."""
        grid = self.snap_grid
        return ReadingHints(
            self.envelope, self.likely_crs, self.legal_crs,
            grid.crs if grid else None, grid.step_m if grid else None,
        )  # fmt: skip
