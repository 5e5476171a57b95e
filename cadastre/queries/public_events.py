"""Public events as followers and feeds find them: over ground, in a unit, of a title or holder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.orm import Session, aliased

from cadastre.models import AdministrativeUnit, PublicEvent
from cadastre.models.base import SRID

ZONE, UNIT, TITLE, HOLDER = "zone", "unit", "title", "holder"
SCOPES = (ZONE, UNIT, TITLE, HOLDER)
# Grounds that share a border only are neighbours: nothing happened on the area itself. A unit whose
# outline the register does not have yet is followed as the unit around it.
_MATCH = text(
    "INSERT INTO area_notice (watch_id, serial, due_at)"
    " SELECT w.id, e.serial, greatest(clock_timestamp(), w.told_at + :gathered)"
    " FROM public_event e JOIN area_watch w ON w.confirmed_at IS NOT NULL"
    " WHERE e.serial = ANY(:serials) AND e.happened_at >= w.confirmed_at AND CASE w.scope"
    "  WHEN 'zone' THEN ST_Intersects(w.geom, e.geom) AND NOT ST_Touches(w.geom, e.geom)"
    "  WHEN 'unit' THEN EXISTS (SELECT FROM"
    "   (SELECT coalesce(u.geom, p.geom, g.geom) AS geom FROM administrative_unit u"
    "    LEFT JOIN administrative_unit p ON p.id = u.parent_id"
    "    LEFT JOIN administrative_unit g ON g.id = p.parent_id WHERE u.code = w.subject) a"
    "   WHERE ST_Intersects(a.geom, e.geom) AND NOT ST_Touches(a.geom, e.geom))"
    "  WHEN 'title' THEN e.collection = 'titles' AND e.number = w.subject"
    "  WHEN 'holder' THEN e.party_ids @> ARRAY[w.subject::bigint]"
    " END ON CONFLICT (watch_id, serial) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is followed: ``subject`` is a unit's code, a title's number, a holder's identifier.

    ``zone`` is ground in EPSG:4326, longitude first; its ``subject`` is its corners as text.
    """

    scope: str
    subject: str
    label: str
    zone: MultiPolygon | None = None


def match(session: Session, serials: Sequence[int], gathered: dt.timedelta) -> int:
    """Queue a notice to everybody who follows what these events touch; count the notices.

    What follows a letter by less than ``gathered`` waits until then, so that a busy day does not
    fill a mailbox.
    """
    done = session.execute(_MATCH, {"serials": list(serials), "gathered": gathered})
    return int(done.rowcount)  # type: ignore[attr-defined]


def events_of(session: Session, scope: Scope, most: int) -> Sequence[PublicEvent]:
    """List the last events of what is followed, newest first."""
    query = select(PublicEvent).where(_within(scope)).order_by(PublicEvent.serial.desc())
    return session.scalars(query.limit(most)).all()


def unit_ground(code: str) -> Any:
    """Give the outline of a unit, or of the smallest unit around it that has one."""
    unit = AdministrativeUnit
    parent, grand = aliased(unit), aliased(unit)
    return (
        select(func.coalesce(unit.geom, parent.geom, grand.geom))
        .select_from(unit)
        .outerjoin(parent, parent.id == unit.parent_id)
        .outerjoin(grand, grand.id == parent.parent_id)
        .where(unit.code == code)
        .scalar_subquery()
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope.scope == TITLE:
        return and_(PublicEvent.collection == "titles", PublicEvent.number == scope.subject)
    if scope.scope == HOLDER:
        return PublicEvent.party_ids.contains([int(scope.subject)])
    ground: Any
    if scope.scope == UNIT:
        ground = unit_ground(scope.subject)
    else:
        assert scope.zone is not None
        ground = from_shape(scope.zone, SRID)
    return and_(
        func.ST_Intersects(PublicEvent.geom, ground),
        ~func.ST_Touches(PublicEvent.geom, ground),
    )
