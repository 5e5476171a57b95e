"""Read what happened, once and in order, and queue who is to be told; forget what is over.

The reader's place, the public events and the notices are written in one transaction: after a cut
of any length the next turn goes on where the last one ended, and nothing is told twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cadastre.models import AreaNotice, AreaWatch, EventReader, PublicEvent
from cadastre.queries.public_events import match
from cadastre.services.supervision.events import events_after, number_events
from cadastre.services.watching.facts import public_event

READER = "areas"
GATHERED = dt.timedelta(minutes=5)  # a letter and the next: within the ten minutes promised
KEPT_SENT = dt.timedelta(days=30)
KEPT_EVENTS = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Read:
    """What a turn read: events, those that are public, notices queued."""

    events: int = 0
    public: int = 0
    notices: int = 0


def read_events(session: Session) -> Read:
    """Read the events that follow the last turn's, at most a few hundred."""
    reader = session.scalars(
        select(EventReader).where(EventReader.reader == READER).with_for_update()
    ).one()
    number_events(session)
    events = events_after(session, reader.serial)
    if not events:
        return Read()
    serials = []
    for event in events:
        made = public_event(session, event)
        if made is not None:
            session.add(made)
            session.flush()  # the next event asks whether this one was told
            serials.append(made.serial)
    notices = match(session, serials, GATHERED) if serials else 0
    reader.serial = events[-1].serial
    session.flush()
    return Read(len(events), len(serials), notices)


def forget(session: Session) -> int:
    """Forget addresses that nobody confirmed, notices sent long ago and old events; count them."""
    now = func.clock_timestamp()
    old = (
        delete(AreaWatch).where(AreaWatch.confirmed_at.is_(None), AreaWatch.expires_at < now),
        delete(AreaNotice).where(AreaNotice.sent_at < now - KEPT_SENT),
        delete(PublicEvent).where(PublicEvent.happened_at < now - KEPT_EVENTS),
    )
    return sum(_count(session.execute(one)) for one in old)


def _count(done: Any) -> int:
    return int(done.rowcount)


