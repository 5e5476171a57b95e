"""Let applications that waited behind others move up when ground comes free."""

from __future__ import annotations

import datetime as dt

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from cadastre.models import Application, JournalEntry, Occupation, Parcel
from cadastre.models.base import SRID
from cadastre.queries.occupations import exclusive_occupations
from cadastre.services.refusals import in_our_words


def promote_waiting(session: Session, ground: BaseGeometry, at: dt.datetime) -> list[str]:
    """Give exclusive standing, in the order of ranks, to applications nothing blocks any more.

    The ground must be locked. Returns the numbers of the applications that moved up.
    """
    moved = []
    for occupation, application in _waiting(session, ground, at):
        theirs = to_shape(occupation.geom)
        before = exclusive_occupations(session, theirs, occupation.exclusivity_group, since=at)
        if any(one.parcel_id != occupation.parcel_id for one in before):
            continue
        occupation.standing = "exclusive"
        with in_our_words():
            session.flush()
        moved.append(application.number)
        session.add(
            JournalEntry(
                action="application.move-up",
                subject="application",
                subject_id=application.number,
                by_rule=True,
                facts={"group": occupation.exclusivity_group, "at": at.isoformat()},
            )
        )
    session.flush()
    return moved


def _waiting(
    session: Session, ground: BaseGeometry, at: dt.datetime
) -> list[tuple[Occupation, Application]]:
    asked = literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
    rows = session.execute(
        select(Occupation, Application)
        .join(Parcel, Parcel.id == Occupation.parcel_id)
        .join(Application, Application.id == Parcel.application_id)
        .where(
            Occupation.standing == "second-rank",
            Occupation.period.op("@>")(at),
            Occupation.geom.op("&&")(asked),
            func.ST_Relate(Occupation.geom, asked, "2********"),
            Application.closed_at.is_(None),
        )
        .order_by(Application.rank, Occupation.id)
    )
    return [(occupation, application) for occupation, application in rows]
