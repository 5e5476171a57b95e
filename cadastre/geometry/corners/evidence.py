"""Choose between readings of a damaged corner by what the rest of the table says.

Four witnesses that know nothing of each other: the other corners (a perimeter is one place), the
grid of
the country, right angles, and the area printed. A reading is taken only when every witness that
tells the
readings apart names the same one; otherwise a person is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median

from shapely.geometry import Polygon

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Unit
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.corners.hints import Hints
from cadastre.units import m2_to_ha

_NEAR_DEG = 0.75
_NEAR_M = 80_000.0
_ON_GRID_M = 5.0
_SQUARE_DEG = 0.4
_AREA_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Verdict:
    """The readings left and the witnesses that spoke."""

    readings: tuple[Draft, ...]
    witnesses: tuple[str, ...]


def weigh(
    corner: int, loop: tuple[Draft, ...], hints: Hints, area_ha: float | None, code: str | None
) -> Verdict:
    """Give the readings of one corner that the witnesses leave; one left means they agree."""
    readings = tuple(loop[corner].readings())
    sure = [draft for at, draft in enumerate(loop) if draft.choices == 1 and at != corner]
    witnesses: list[str] = []
    near = tuple(each for each in readings if _is_near(each, sure)) if sure else readings
    if 0 < len(near) < len(readings):
        readings, witnesses = near, ["corners.witness-others"]
    if len(readings) == 1 or len(sure) < 2:
        return Verdict(readings, tuple(witnesses))
    named: set[int] = set()
    for witness, test in (
        ("corners.witness-grid", lambda each: fits_grid([each], hints, code)),
        ("corners.witness-square", lambda each: _is_square(corner, _with(loop, corner, each))),
        ("corners.witness-area", lambda each: _meets_area(_with(loop, corner, each), area_ha)),
    ):
        agreed = [at for at, each in enumerate(readings) if test(each)]
        if len(agreed) == 1:
            named.add(agreed[0])
            witnesses.append(witness)
    if len(named) == 1:
        return Verdict((readings[named.pop()],), tuple(witnesses))
    return Verdict(readings, tuple(witnesses))


def _with(loop: tuple[Draft, ...], corner: int, reading: Draft) -> tuple[Draft, ...]:
    return (*loop[:corner], reading, *loop[corner + 1 :])


def _is_near(reading: Draft, sure: list[Draft]) -> bool:
    limit = _NEAR_M if reading.x_cell.unit is Unit.METRE else _NEAR_DEG
    for value, others in (
        (reading.x, [draft.x for draft in sure]),
        (reading.y, [draft.y for draft in sure]),
    ):
        spread = max(others) - min(others)
        if abs(value - median(others)) > max(limit, 2 * spread):
            return False
    return True


def fits_grid(drafts: list[Draft], hints: Hints, code: str | None) -> bool:
    """Tell whether corners fall on the country's grid within 5 m."""
    worst = grid_misfit_m(drafts, hints, code)
    return worst is not None and worst <= _ON_GRID_M


def grid_misfit_m(drafts: list[Draft], hints: Hints, code: str | None) -> float | None:
    """Give how far the worst corner stands from the country's grid in metres, if there is one."""
    if hints.grid_crs is None or not hints.grid_step_m or not drafts:
        return None
    source = code or (systems.WGS84 if drafts[0].x_cell.unit is not Unit.METRE else None)
    if source is None or systems.geographic_base(source) != systems.geographic_base(hints.grid_crs):
        return None
    try:
        lons, lats = systems.to_lonlat(source, [d.x for d in drafts], [d.y for d in drafts])
        xs, ys = systems.from_lonlat(hints.grid_crs, list(lons), list(lats))
    except UnusableInput:
        return None
    step = hints.grid_step_m
    return max(abs(float(value) - round(float(value) / step) * step) for value in (*xs, *ys))


def local_metres(loop: tuple[Draft, ...]) -> list[tuple[float, float]]:
    """Give the corners on a plane in metres, good for angles and areas of one perimeter."""
    if loop[0].x_cell.unit is Unit.METRE:
        return [(draft.x, draft.y) for draft in loop]
    middle = sum(draft.y for draft in loop) / len(loop)
    zone = systems.utm_zone_for(sum(draft.x for draft in loop) / len(loop), middle)
    xs, ys = systems.from_lonlat(zone, [draft.x for draft in loop], [draft.y for draft in loop])
    return list(zip(map(float, xs), map(float, ys), strict=True))


def angle_deg(
    before: tuple[float, float], at: tuple[float, float], after: tuple[float, float]
) -> float:
    """Give the angle at a corner, in degrees between 0 and 180."""
    first = math.atan2(before[1] - at[1], before[0] - at[0])
    second = math.atan2(after[1] - at[1], after[0] - at[0])
    turn = abs(math.degrees(first - second)) % 360
    return min(turn, 360 - turn)


def _is_square(corner: int, loop: tuple[Draft, ...]) -> bool:
    if len(loop) < 4:
        return False
    points = local_metres(loop)
    size = len(points)
    return all(
        abs(angle_deg(points[(at - 1) % size], points[at % size], points[(at + 1) % size]) - 90)
        <= _SQUARE_DEG
        for at in (corner - 1, corner, corner + 1)
    )


def _meets_area(loop: tuple[Draft, ...], area_ha: float | None) -> bool:
    if not area_ha or len(loop) < 3:
        return False
    drawn = m2_to_ha(Polygon(local_metres(loop)).area)
    return abs(drawn - area_ha) <= _AREA_SHARE * area_ha


def fourth_of_rectangle(known: tuple[Draft, ...], missing: int) -> Draft | None:
    """Give the corner that makes a rectangle of three, or None when the three are not square.

    ``missing`` is the place of the missing corner in the ring of four. It is computed in the
    printed
    coordinates, so that it can be written as the others are.
    """
    if len(known) != 3:
        return None
    ring = list(known[missing:]) + list(known[:missing])  # from the corner after the missing one
    after, opposite, before = ring
    points = local_metres((after, opposite, before))
    if abs(angle_deg(*points) - 90) > _SQUARE_DEG:
        return None
    x = after.x + before.x - opposite.x
    y = after.y + before.y - opposite.y
    return replace(
        after,
        label="",
        text="",
        x_cell=replace(
            after.x_cell, candidates=(replace(after.x_cell.candidates[0], value=abs(x)),)
        ),
        y_cell=replace(
            after.y_cell, candidates=(replace(after.y_cell.candidates[0], value=abs(y)),)
        ),
        x_sign=-1 if x < 0 else 1,
        y_sign=-1 if y < 0 else 1,
        x_pick=0,
        y_pick=0,
    )
