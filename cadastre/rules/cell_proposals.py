"""Propose changed perimeters where the law makes them of cells: fewer cells, or moved ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.cells import Measure, clip_to_cells, fewer, nearest_free
from cadastre.geometry.grid import CellGrid, cells_of, draw_cells
from cadastre.rules.case import Case
from cadastre.rules.finding import Overlap, Proposal
from cadastre.units import M2_PER_KM2

MAX_PIECES = 20
NOT_WHOLE, TOO_MANY, TOO_LARGE = "grid.not-whole-cells", "grid.cells-over", "limits.area-over"
SIDES = {
    (0, True): {"fr": "est", "en": "east"}, (0, False): {"fr": "ouest", "en": "west"},
    (1, True): {"fr": "nord", "en": "north"}, (1, False): {"fr": "sud", "en": "south"},
}  # fmt: skip
Maker = Callable[..., Proposal]


def cell_proposals(
    case: Case, codes: set[str], ahead: Sequence[Overlap], make: Maker
) -> Iterator[Proposal]:
    """List them: the free cells, the nearest free place for all of them, fewer of them.

    Parameters
    ----------
    ahead
        Overlaps with what blocks or ranks before.
    make
        Turns kind, geometry, cures and values into a proposal.
    """
    grid = case.grid
    if grid is None:
        return
    if ahead:
        yield from _clips(case, codes, ahead, grid, make)
        if NOT_WHOLE not in codes:
            yield from _shift(case, ahead, grid, make)
    if codes & {TOO_MANY, TOO_LARGE}:
        yield from _shrink(case, codes, grid, make)


def measure_of(case: Case) -> Measure:
    """Give how the law of a case tells a real overlap from rounding."""
    return Measure(case.edge_model, case.crs, case.tolerance_m)


def _cures(ahead: Sequence[Overlap]) -> list[str]:
    return sorted({overlap.effect_code for overlap in ahead if overlap.effect_code})


def _clips(
    case: Case, codes: set[str], ahead: Sequence[Overlap], grid: CellGrid, make: Maker
) -> Iterator[Proposal]:
    obstacles = [overlap.geometry for overlap in ahead]
    pieces = clip_to_cells(case.ground, obstacles, grid, measure_of(case))[:MAX_PIECES]
    cures = [*sorted(codes & {NOT_WHOLE}), *_cures(ahead)]
    for number, piece in enumerate(pieces, start=1):
        yield make(
            case, "cells-clip", piece.ground, cures, piece=number, pieces=len(pieces),
            cells=len(piece.cells), cell=case.ruleset.cell_name,
        )  # fmt: skip


def _shift(
    case: Case, ahead: Sequence[Overlap], grid: CellGrid, make: Maker
) -> Iterator[Proposal]:
    """Keep the shape and go to the nearest place that is free of every right known around."""
    limit = case.ruleset.value("cases.shift_limit_m", case.at).value
    if not limit or not case.facts.around:
        return
    obstacles: list[BaseGeometry] = [*case.facts.around, *(o.geometry for o in ahead)]
    for move in nearest_free(case.ground, obstacles, grid, measure_of(case), float(limit)):
        if case.facts.country is not None and not case.facts.country.covers(move.ground):
            continue
        yield make(
            case, "cells-shift", move.ground, _cures(ahead), distance=round(move.distance_m),
            across=abs(move.across), side_across=SIDES[0, move.across >= 0],
            along=abs(move.along), side_along=SIDES[1, move.along >= 0],
            cell=case.ruleset.cell_name,
        )  # fmt: skip
        return


def _shrink(case: Case, codes: set[str], grid: CellGrid, make: Maker) -> Iterator[Proposal]:
    """Take outer rows and columns off until number and area are permitted."""
    cells = cells_of(case.ground, grid).whole
    limits = [_most(case, "max_cells", 1.0)]
    if cells:
        limits.append(_most(case, "max_area_km2", M2_PER_KM2 * len(cells) / case.planar_m2))
    most = min((limit for limit in limits if limit is not None), default=None)
    kept = fewer(cells, most) if cells and most else ()
    if kept:
        yield make(
            case, "cells-shrink", draw_cells(kept, grid), sorted(codes & {TOO_MANY, TOO_LARGE}),
            cells=len(kept), limit=most, cell=case.ruleset.cell_name,
        )  # fmt: skip


def _most(case: Case, rule: str, cells_per_unit: float) -> int | None:
    """Give the greatest number of cells that a rule of the kind allows."""
    limit = case.kind.at(rule, case.at) if case.kind else None
    return None if limit is None or limit.value is None else int(limit.value * cells_per_unit)
