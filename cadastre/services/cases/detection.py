"""Keep the list of cases equal to the overlaps of the register.

Called after a filing, after an act that moves ground, and for the whole register by a recount. A
pair that overlaps has one open case; a case whose overlap is gone is closed by rule; ground left
shared by a decision (consent, known overlap) is not raised again between the same owners.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from functools import partial

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cadastre.geometry.overlap import widest_m
from cadastre.geometry.pairs import pairs_sharing_ground
from cadastre.geometry.perimeter import edge_true_area_m2, planar_crs, polygons
from cadastre.models import Parcel, Work, Zone
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.cases import (
    Met,
    find_open_cases,
    find_parcel_pairs,
    find_rights,
    find_things,
    find_work_pairs,
    find_zone_pairs,
    live_grounds,
)
from cadastre.queries.grounds import fits_in_memory, read_grounds
from cadastre.queries.touched import find_touched_parcels
from cadastre.rules.resolution import kinds
from cadastre.rules.resolution.kinds import OPENING_EFFECTS, Right, later_first
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.found import Detected, Figures
from cadastre.services.cases.keeping import Recount, keep_cases
from cadastre.services.checks import corridors


def detect_for_parcel(
    session: Session, ruleset: Ruleset, parcel: Parcel, *, by: str = "filing"
) -> Recount:
    """Open the cases of a parcel just filed or granted; the ground must be locked."""
    return detect_for_parcels(session, ruleset, [parcel.id], by=by)


def detect_for_parcels(
    session: Session, ruleset: Ruleset, parcel_ids: Collection[int], *, by: str
) -> Recount:
    """Bring the cases of some parcels, old and new, to what the ground now says."""
    at = _now(session, ruleset)
    found = list(detect(session, ruleset, at, parcel_ids))
    before = find_open_cases(session, parcel_ids)
    return keep_cases(session, ruleset, at, found, before, by=by)


def recount_touched(
    session: Session, ruleset: Ruleset, since: dt.datetime, *, by: str
) -> Recount:
    """Recount what was recorded since an instant, rights, zones and works: after an import."""
    widths = corridors(ruleset, as_of(None, ruleset.time_zone).day)
    return recount(session, ruleset, find_touched_parcels(session, since, widths), by=by)


def recount(
    session: Session,
    ruleset: Ruleset,
    parcel_ids: Collection[int] | None = None,
    *,
    by: str = "recount",
) -> Recount:
    """Compare the whole register, or some of its parcels, with the open cases.

    The long look is taken without a lock; only what was open before it may be closed after it, so
    that a filing made meanwhile keeps the case it opened.
    """
    before = {case.id for case in find_open_cases(session, parcel_ids)}
    at = _now(session, ruleset)
    found = list(detect(session, ruleset, at, parcel_ids))
    session.execute(text("LOCK TABLE overlap_case IN SHARE ROW EXCLUSIVE MODE"))
    now = find_open_cases(session, parcel_ids)
    return keep_cases(
        session, ruleset, at, found, now, by=by,
        closable={case.id for case in now} & before,
    )  # fmt: skip


def _now(session: Session, ruleset: Ruleset) -> AsOf:
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return AsOf(instant, as_of(None, ruleset.time_zone).day)


def detect(
    session: Session, ruleset: Ruleset, at: AsOf, parcel_ids: Collection[int] | None = None
) -> Iterator[Detected]:
    """Find and measure every overlap that the law weighs, of some parcels or of all."""
    yield from _among_parcels(session, ruleset, at, parcel_ids)
    yield from _in_zones(session, ruleset, at, parcel_ids)
    yield from _near_works(session, ruleset, at, parcel_ids)


def _among_parcels(
    session: Session, ruleset: Ruleset, at: AsOf, parcel_ids: Collection[int] | None
) -> Iterator[Detected]:
    among = _whole_register(session, at) if parcel_ids is None else None
    met = list(find_parcel_pairs(session, at, parcel_ids, among))
    rights = _rights(session, [(one.parcel_id, one.other_id) for one in met])
    seen: set[tuple[int, int]] = set()
    for pair in met:
        left, right = later_first(rights[pair.parcel_id], rights[pair.other_id])
        effect = kinds.effect_between(ruleset, left, right, at.day)
        if (left.row, right.row) in seen or effect not in OPENING_EFFECTS:
            continue
        seen.add((left.row, right.row))
        kind = kinds.kind_of(left.occupant, right.occupant)
        yield _measured(ruleset, at.day, kind, left, "parcel", right.row, pair.shared, right)


def _whole_register(session: Session, at: AsOf) -> set[tuple[int, int]] | None:
    """Choose the pairs that PostGIS shall judge: those found in memory, and those already known.

    Nothing is chosen, and PostGIS looks through all, where the register does not fit.
    """
    query = live_grounds(at)
    if not fits_in_memory(session, query):
        return None
    grounds = read_grounds(session, query)
    rows = grounds.keys.astype(np.int64)
    one, other = pairs_sharing_ground(grounds.shapes)
    found = set(zip(rows[one].tolist(), rows[other].tolist(), strict=True))
    known = (
        (case.left_parcel_id, case.right_parcel_id)
        for case in find_open_cases(session) if case.right_parcel_id is not None
    )  # fmt: skip
    return found | {(min(pair), max(pair)) for pair in known}


def _rights(session: Session, pairs: Iterable[tuple[int, ...]]) -> dict[int, Right]:
    return find_rights(session, {row for pair in pairs for row in pair})


def _in_zones(
    session: Session, ruleset: Ruleset, at: AsOf, parcel_ids: Collection[int] | None
) -> Iterator[Detected]:
    met = list(find_zone_pairs(session, at, parcel_ids))
    zones = find_things(session, Zone, [one.other_id for one in met])
    rights = _rights(session, [(one.parcel_id,) for one in met])
    for pair in met:
        zone, left = zones[pair.other_id], rights[pair.parcel_id]
        effect = kinds.zone_effect(ruleset, zone.kind, zone.status, at.day)
        concerned = kinds.zone_concerns(ruleset, zone.kind, left.substances)
        if effect in OPENING_EFFECTS and concerned:
            yield _beside(ruleset, at.day, left, pair)


def _near_works(
    session: Session, ruleset: Ruleset, at: AsOf, parcel_ids: Collection[int] | None
) -> Iterator[Detected]:
    met = list(find_work_pairs(session, at, corridors(ruleset, at.day), parcel_ids))
    works = find_things(session, Work, [one.other_id for one in met])
    rights = _rights(session, [(one.parcel_id,) for one in met])
    for pair in met:
        work = works[pair.other_id]
        if kinds.work_effect(ruleset, work.kind, work.status, at.day) in OPENING_EFFECTS:
            yield _beside(ruleset, at.day, rights[pair.parcel_id], pair)


def _beside(ruleset: Ruleset, day: dt.date, left: Right, pair: Met) -> Detected:
    kind = kinds.kind_of(left.occupant, pair.collection)
    return _measured(ruleset, day, kind, left, pair.collection, pair.other_id, pair.shared)


def _measured(
    ruleset: Ruleset,
    day: dt.date,
    kind: str,
    left: Right,
    collection: str,
    right_id: int,
    shared: BaseGeometry,
    right: Right | None = None,
) -> Detected:
    measure = partial(_figures, ruleset, day, left, right)
    return Detected(kind, left.row, collection, right_id, shared, measure)


def _figures(
    ruleset: Ruleset, day: dt.date, left: Right, right: Right | None, shared: BaseGeometry
) -> Figures:
    model, crs = ruleset.edge_model(day), planar_crs(shared, ruleset.planar_crs)
    area_m2, width_m = edge_true_area_m2(shared, model, crs), widest_m(shared, model, crs)
    return Figures(
        area_m2, _share(area_m2, left), None if right is None else _share(area_m2, right),
        width_m, bool(polygons(shared)) and width_m <= ruleset.technical_width_m(day),
    )  # fmt: skip


def _share(area_m2: float, right: Right) -> float:
    return min(area_m2 / right.area_m2, 1.0) if right.area_m2 else 0.0

