"""Let applications that waited behind others move up when ground comes free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, inspect, literal, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.models import Application, JournalEntry, Occupation, Parcel
from cadastre.models.base import SRID
from cadastre.queries.occupations import exclusive_occupations
from cadastre.services.refusals import in_our_words

EXCLUSIVE, SECOND_RANK = "exclusive", "second-rank"
BY_DATABASE = ("id", "recorded_at")


def promote_waiting(session: Session, ground: BaseGeometry, at: dt.datetime) -> list[str]:
    """Give exclusive standing, in the order of ranks, to applications nothing blocks any more.

    The ground must be locked. Until the instant they waited, from it on they hold: the old parcel
    is closed and the same ground opened again. Gives the numbers of those that moved up.
    """
    moved = []
    for parcel, application in _waiting(session, ground, at):
        now = _occupations(session, parcel)
        free = [one for one in now if one.standing == SECOND_RANK and _is_free(session, one, at)]
        if not free:
            continue
        _open_again(session, parcel, now, free, at)
        moved.append(application.number)
        session.add(
            JournalEntry(
                action="application.move-up",
                subject="application",
                subject_id=application.number,
                by_rule=True,
                facts={"groups": [one.exclusivity_group for one in free], "at": at.isoformat()},
            )
        )
    session.flush()
    return moved


def _occupations(session: Session, parcel: Parcel) -> Sequence[Occupation]:
    query = select(Occupation).where(Occupation.parcel_id == parcel.id)
    return session.scalars(query.order_by(Occupation.id)).all()


def _is_free(session: Session, waiting: Occupation, at: dt.datetime) -> bool:
    theirs = to_shape(waiting.geom)
    before = exclusive_occupations(session, theirs, waiting.exclusivity_group, since=at)
    return all(one.parcel_id == waiting.parcel_id for one in before)


def _open_again(
    session: Session,
    parcel: Parcel,
    occupations: Sequence[Occupation],
    free: Sequence[Occupation],
    at: dt.datetime,
) -> None:
    period = Range(at, parcel.period.upper)
    standings = {o.exclusivity_group: EXCLUSIVE if o in free else o.standing for o in occupations}
    rows: list[Parcel | Occupation] = [parcel, *occupations]
    for row in rows:
        row.period = Range(row.period.lower, at)
    columns = [c.key for c in inspect(Parcel).column_attrs if c.key not in BY_DATABASE]
    again = Parcel(**{key: getattr(parcel, key) for key in columns} | {"period": period})
    session.add(again)
    session.flush()
    for group, standing in standings.items():
        session.add(
            Occupation(
                parcel_id=again.id,
                occupant=occupations[0].occupant,
                exclusivity_group=group,
                period=period,
                standing=standing,
                geom=again.geom,
            )
        )
    with in_our_words():
        session.flush()


def _waiting(
    session: Session, ground: BaseGeometry, at: dt.datetime
) -> list[tuple[Parcel, Application]]:
    asked = literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
    rows = session.execute(
        select(Parcel, Application)
        .join(Occupation, Occupation.parcel_id == Parcel.id)
        .join(Application, Application.id == Parcel.application_id)
        .where(
            Occupation.standing == SECOND_RANK,
            Occupation.period.op("@>")(at),
            func.lower(Occupation.period) < at,
            Occupation.geom.op("&&")(asked),
            func.ST_Relate(Occupation.geom, asked, "2********"),
            Application.closed_at.is_(None),
        )
        .order_by(Application.rank, Parcel.id)
    )
    found = {parcel.id: (parcel, application) for parcel, application in rows}
    return list(found.values())
