"""Find the parcels whose overlap cases may have changed since an instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from cadastre.models import Application, OverlapCase, Parcel, Title, Work, Zone
from cadastre.queries.overlaps import M_PER_DEGREE


def transaction_start(session: Session) -> dt.datetime:
    """Give the instant before which nothing of this transaction was recorded."""
    start: dt.datetime = session.execute(select(func.now())).scalar_one()
    return start


def find_touched_parcels(
    session: Session, since: dt.datetime, corridors_m: Mapping[str, float]
) -> list[int]:
    """List parcels recorded since an instant, and those that a zone or work recorded since meets.

    Boxes alone are compared: who asks measures. ``corridors_m`` is half width by kind of work; a
    zone or work that left a parcel is found by the open case it had there.
    """
    widest_m = max(corridors_m.values(), default=0.0)
    found = union(
        _recorded(since),
        _in_cases(OverlapCase.right_zone_id, Zone, since),
        _in_cases(OverlapCase.right_work_id, Work, since),
        _living().join(Zone, Zone.geom.op("&&")(Parcel.geom)).where(Zone.recorded_at >= since),
        _living()
        .join(Work, func.ST_DWithin(Work.geom, Parcel.geom, widest_m / M_PER_DEGREE + 1e-6))
        .where(Work.recorded_at >= since),
    )
    return list(session.scalars(found))


def _recorded(since: dt.datetime) -> Select[Any]:
    return (
        select(Parcel.id)
        .outerjoin(Title, Title.id == Parcel.title_id)
        .outerjoin(Application, Application.id == Parcel.application_id)
        .where(
            or_(
                Parcel.recorded_at >= since,
                Title.recorded_at >= since,
                Application.recorded_at >= since,
            )
        )
    )


def _in_cases(column: Any, model: type[Zone] | type[Work], since: dt.datetime) -> Select[Any]:
    return (
        select(OverlapCase.left_parcel_id)
        .join(model, model.id == column)
        .where(OverlapCase.closed_at.is_(None), model.recorded_at >= since)
    )


def _living() -> Select[Any]:
    upper = func.upper(Parcel.period)
    return select(Parcel.id).where(or_(func.upper_inf(Parcel.period), upper > func.now()))
