"""Lay out a case for the rules: both sides as they are now, with corners as they were printed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.shape import to_shape
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import planar_crs, positions
from cadastre.geometry.reading import Corner, Ring
from cadastre.models import Occupation, OverlapCase, Parcel, Work
from cadastre.models.base import SRID
from cadastre.queries.cases import corridor
from cadastre.queries.overlaps import M_PER_DEGREE
from cadastre.rules.resolution import kinds
from cadastre.rules.resolution.situation import Side, Situation
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import corridors
from cadastre.units import m2_to_ha

MAX_OBSTACLES = 400


def situation_of(
    session: Session, ruleset: Ruleset, case: OverlapCase, day: dt.date
) -> Situation:
    """Gather what the proposals of a case are made from."""
    left, right = parcel_side(ruleset, case.left_parcel, day), _right(session, ruleset, case, day)
    limit = float(ruleset.value("cases.shift_limit_m", day).value or 0.0)
    # The sides themselves say what they share: a case is remeasured only by the next recount.
    shared = to_shape(case.geom)
    return Situation(
        case.kind, left, right, shared, day, ruleset.edge_model(day),
        planar_crs(left.ground, ruleset.planar_crs, left.crs), ruleset.technical_width_m(day),
        tuple(dict.fromkeys((ruleset.legal_crs, *ruleset.likely_crs))),
        ruleset.snap_grid.step_m if ruleset.snap_grid else None,
        limit, shapely.box(*ruleset.envelope), _obstacles(session, case, left.ground, limit),
        datum_search_m=float(ruleset.value("cases.datum_search_m", day).value or 0.0),
    )  # fmt: skip


def parcel_side(ruleset: Ruleset, parcel: Parcel, day: dt.date) -> Side:
    """Describe a parcel as a side of a case."""
    owner = parcel.title or parcel.application
    assert owner is not None
    published = parcel.title.published_area_m2 if parcel.title else None
    ground = to_shape(parcel.geom)
    return Side(
        "title" if parcel.title else "application",
        owner.number,
        ground,
        printed_rings(parcel.corners),
        parcel.original_crs,
        None if published is None else m2_to_ha(published),
        grid=ruleset.grid_of(owner.kind, day, ground),
        cell=ruleset.cell_name,
    )


def printed_rings(corners: Sequence[Sequence[dict[str, Any]]]) -> tuple[Ring, ...]:
    """Read the corners kept beside a parcel; a ring inside the one before it is an exclusion."""
    rings: list[Ring] = []
    shell: Polygon | None = None
    for line in corners:
        ring = Ring(tuple(_corner(corner) for corner in line))
        places = positions(ring)
        if len(places) < 3 or len(places) != len(ring.corners):
            return ()
        is_exclusion = shell is not None and shell.covers(Point(places[0]))
        rings.append(Ring(ring.corners, is_exclusion))
        shell = shell if is_exclusion else Polygon(places)
    return tuple(rings)


def _corner(kept: dict[str, Any]) -> Corner:
    return Corner(**{name: value for name, value in kept.items() if name != "computed"})


def _right(session: Session, ruleset: Ruleset, case: OverlapCase, day: dt.date) -> Side:
    if case.right_parcel is not None:
        return parcel_side(ruleset, case.right_parcel, day)
    if case.right_zone is not None:
        zone = case.right_zone
        return Side(
            "zone", zone.code, to_shape(zone.geom), has_party=zone.authority_id is not None,
            may_consent=kinds.may_consent(ruleset.zones.get(zone.kind), day),
        )  # fmt: skip
    assert case.right_work is not None
    half_m = corridors(ruleset, day).get(case.right_work.kind, 0.0)
    course = _course(session, case, half_m)
    return Side(
        "work", case.right_work.code, course, has_party=case.right_work.operator_id is not None,
        may_consent=kinds.may_consent(ruleset.works.get(case.right_work.kind), day),
    )  # fmt: skip


def _course(session: Session, case: OverlapCase, half_m: float) -> BaseGeometry:
    """Draw the corridor of the work near the parcel, by the engine that found the overlap."""
    drawn = session.scalar(
        select(func.ST_AsBinary(corridor(Work.geom, Parcel.geom, literal(half_m))))
        .select_from(Work)
        .join(Parcel, Parcel.id == case.left_parcel_id)
        .where(Work.id == case.right_work_id)
    )
    return to_shape(case.geom) if drawn is None else shapely.from_wkb(bytes(drawn))


def _obstacles(
    session: Session, case: OverlapCase, ground: BaseGeometry, limit_m: float
) -> tuple[BaseGeometry, ...]:
    """List what else holds ground around in the same groups, for a perimeter that would move."""
    if case.left_parcel.application_id is None or not limit_m:
        return ()
    groups = select(Occupation.exclusivity_group).where(
        Occupation.parcel_id == case.left_parcel_id
    )
    reach = shapely.box(*ground.bounds).buffer(limit_m / M_PER_DEGREE, join_style="mitre")
    asked = literal(shapely.to_wkt(reach), type_=None)
    box = func.ST_GeomFromText(asked, SRID, type_=Geometry("GEOMETRY", srid=SRID))
    rows = session.scalars(
        select(Occupation.geom)
        .where(
            Occupation.geom.op("&&")(box),
            Occupation.exclusivity_group.in_(groups),
            Occupation.parcel_id.is_distinct_from(case.left_parcel_id),
            Occupation.period.op("@>")(func.clock_timestamp()),
        )
        .limit(MAX_OBSTACLES)
    )
    return tuple(to_shape(geom) for geom in rows)


def basis_of(case: OverlapCase) -> str:
    """Name what a proposal was made on: it no longer holds once either side has moved."""
    digest = hashlib.sha256()
    sides = (case.left_parcel, case.right_parcel, case.right_zone, case.right_work)
    for side in sides:
        if side is not None:
            digest.update(f"{type(side).__name__} {side.id} ".encode())
            digest.update(to_shape(side.geom).wkb)
    return digest.hexdigest()
