"""Propose changed perimeters that would cure findings. A person chooses; nothing is applied.

Kinds, each said by ``proposal.<kind>``: repair-remove-corners, repair-reorder, repair-make-valid,
repair-keep-largest, swap-axes, other-side, other-crs, snap-grid, snap-neighbour, clip, shrink,
cells-outward, cells-inward; and where perimeters are made of cells, cells-clip, cells-shift and
cells-shrink in place of clip and shrink.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from cadastre.errors import CadastreError
from cadastre.geometry.grid import snap_inward, snap_outward
from cadastre.geometry.overlap import clip_to_free
from cadastre.geometry.perimeter import ground, planar_area_m2, planar_crs, project, unproject
from cadastre.geometry.repair import propose_repairs
from cadastre.geometry.snap import snap_to_grid, snap_to_neighbour
from cadastre.rules.case import Case
from cadastre.rules.cell_proposals import MAX_PIECES, cell_proposals
from cadastre.rules.checks.place import mistakes
from cadastre.rules.facts import NeighbourFact
from cadastre.rules.finding import Finding, Overlap, Proposal
from cadastre.units import M2_PER_KM2, m2_to_ha

KINDS = (
    "repair-remove-corners", "repair-reorder", "repair-make-valid", "repair-keep-largest",
    "swap-axes", "other-side", "other-crs", "snap-grid", "snap-neighbour", "clip", "shrink",
    "cells-outward", "cells-inward", "cells-clip", "cells-shift", "cells-shrink",
)  # fmt: skip
NEIGHBOUR_SNAP_M = 10.0
MAX_NEIGHBOURS = 50
LEAST_M_PER_DEGREE = 110_000.0


def propose(
    case: Case, findings: Sequence[Finding], overlaps: Sequence[Overlap]
) -> tuple[Proposal, ...]:
    """List every proposal, gentlest first; one that cannot be computed is left out."""
    codes = {finding.code for finding in findings}
    found: list[Proposal] = []
    for maker in _makers(case, codes, overlaps):
        try:
            found += list(maker())
        except CadastreError:
            # A perimeter out of reach of a projection has findings enough; a proposal is a favour.
            continue
    return tuple(found)


def _makers(
    case: Case, codes: set[str], overlaps: Sequence[Overlap]
) -> Iterator[Callable[[], Iterator[Proposal]]]:
    yield lambda: _repairs(case, codes)
    yield lambda: _relocations(case)
    if not case.ground.is_empty and case.facts.perimeter.is_valid:
        if case.grid is None:
            yield lambda: _grid_snap(case, codes)
            yield lambda: _neighbour_snap(case, overlaps)
            yield lambda: _clips(case, overlaps)
            yield lambda: _shrink(case, codes)
        else:
            yield lambda: _cells(case, codes)
            yield lambda: cell_proposals(case, codes, ahead(overlaps), _proposal)


def _proposal(
    case: Case, kind: str, geometry: BaseGeometry, cures: Sequence[str], **values: object
) -> Proposal:
    crs = planar_crs(geometry, case.ruleset.planar_crs, case.facts.crs)
    area = m2_to_ha(planar_area_m2(geometry, crs))
    return Proposal(kind, geometry, area, tuple(cures), {"area": round(area, 4), **values})


def _repairs(case: Case, codes: set[str]) -> Iterator[Proposal]:
    cures = sorted(code for code in codes if code.startswith("geometry."))
    if not cures:
        return
    for repair in propose_repairs(case.lines):
        yield _proposal(case, f"repair-{repair.how}", repair.perimeter, cures, **repair.values)


def _relocations(case: Case) -> Iterator[Proposal]:
    for mistake in mistakes(case):
        yield _proposal(case, mistake.how, mistake.perimeter, ["place.outside"], **mistake.values)


def _grid_snap(case: Case, codes: set[str]) -> Iterator[Proposal]:
    grid = case.ruleset.snap_grid
    snap = snap_to_grid(case.lines, grid.crs, grid.step_m, grid.tolerance_m) if grid else None
    if grid and snap and snap.perimeter.is_valid:
        yield _proposal(
            case, "snap-grid", snap.perimeter, sorted(codes & {"direction.off-grid"}),
            moved=snap.moved, displacement=snap.displacement_m, step=grid.step_m, crs=grid.crs,
            off=list(snap.off) or None,
        )  # fmt: skip


def _neighbour_snap(case: Case, overlaps: Sequence[Overlap]) -> Iterator[Proposal]:
    """Propose the neighbour's own corners where borders nearly agree."""
    shared = {(o.collection, o.id): o for o in overlaps}
    for other in _nearly_agreeing(case.ground, case.facts.neighbours)[:MAX_NEIGHBOURS]:
        overlap = shared.get((other.collection, other.id))
        if overlap is not None and overlap.share > 0.5:
            continue  # borders that agree beside such an overlap are not the matter
        snap = snap_to_neighbour(case.lines, other.perimeter, case.crs, NEIGHBOUR_SNAP_M)
        if snap and snap.perimeter.is_valid and not snap.perimeter.is_empty:
            cures = [overlap.effect_code] if overlap and overlap.effect_code else []
            yield _proposal(
                case, "snap-neighbour", snap.perimeter, cures,
                id=other.id, moved=snap.moved, displacement=snap.displacement_m,
            )  # fmt: skip


def _nearly_agreeing(
    perimeter: BaseGeometry, neighbours: Sequence[NeighbourFact]
) -> list[NeighbourFact]:
    """Keep the neighbours with a corner near our border, or a border near one of our corners.

    All are asked at once, in degrees and a little generously: most have none, and laying each on
    a plane to find that out would take longer than the rest of the check.
    """
    if not neighbours:
        return []
    grounds = np.asarray([other.perimeter for other in neighbours], dtype=object)
    lat = max(abs(perimeter.bounds[1]), abs(perimeter.bounds[3]))
    reach = NEIGHBOUR_SNAP_M / (LEAST_M_PER_DEGREE * max(math.cos(math.radians(lat)), 0.01))
    corners = shapely.MultiPoint(shapely.get_coordinates(perimeter))
    theirs = shapely.extract_unique_points(grounds)
    near = shapely.dwithin(shapely.boundary(grounds), corners, reach)
    near |= shapely.dwithin(theirs, perimeter.boundary, reach)
    return [other for other, is_near in zip(neighbours, near, strict=True) if is_near]


def ahead(overlaps: Sequence[Overlap]) -> list[Overlap]:
    """Keep the overlaps with what blocks or ranks before."""
    return [
        o for o in overlaps
        if not o.technical and (o.blocking or o.effect_code == "overlap.application-same-group")
    ]  # fmt: skip


def _clips(case: Case, overlaps: Sequence[Overlap]) -> Iterator[Proposal]:
    """Propose each piece of ground left free by what blocks or ranks before."""
    before = ahead(overlaps)
    if not before:
        return
    pieces = clip_to_free(
        case.ground, [o.geometry for o in before],
        model=case.edge_model, crs=case.crs, tolerance_m=case.tolerance_m,
    )[:MAX_PIECES]  # fmt: skip
    cures = sorted({o.effect_code for o in before if o.effect_code})
    for number, piece in enumerate(pieces, start=1):
        yield _proposal(case, "clip", piece, cures, piece=number, pieces=len(pieces))


def _shrink(case: Case, codes: set[str]) -> Iterator[Proposal]:
    """Propose the same shape, smaller, around the same middle, just within the greatest area."""
    limit = case.kind.at("max_area_km2", case.at) if case.kind else None
    if "limits.area-over" not in codes or limit is None:
        return
    factor = math.sqrt(limit.value * M2_PER_KM2 / case.planar_m2)
    plane = project(case.ground, case.crs)
    smaller = ground(unproject(scale(plane, factor, factor, origin=plane.centroid), case.crs))
    yield _proposal(case, "shrink", smaller, ["limits.area-over"], limit=limit.value)


def _cells(case: Case, codes: set[str]) -> Iterator[Proposal]:
    grid = case.grid
    if grid is None or "grid.not-whole-cells" not in codes:
        return
    for kind, snapped in (
        ("cells-outward", snap_outward(case.ground, grid)),
        ("cells-inward", snap_inward(case.ground, grid)),
    ):
        if not snapped.is_empty:
            yield _proposal(case, kind, snapped, ["grid.not-whole-cells"])


