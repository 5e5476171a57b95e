"""Number what happened, and give what follows a number: nothing is skipped, nothing told twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "cadastre_live"
KEPT = dt.timedelta(days=30)
MOST_EVENTS = 500
NUMBERING = 0x11FE  # the lock under which one process at a time gives serial numbers


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its serial number, what it was, and to what."""

    serial: int
    topic: str
    subject: str
    at: dt.datetime

    def json(self) -> dict[str, Any]:
        """Represent it for a screen."""
        return {
            "topic": self.topic,
            "subject": self.subject,
            "at": self.at.isoformat(timespec="seconds"),
        }


def number_events(session: Session) -> int:
    """Give serial numbers to the events that became visible since the last time; count them.

    An event is numbered after its transaction ended, so that a slow writer's event comes after
    what was already told instead of before it.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": NUMBERING})
    done = session.execute(
        text(
            "UPDATE live_event e SET serial = n.serial FROM ("
            " SELECT id, nextval('live_event_serial_seq') AS serial FROM"
            " (SELECT id FROM live_event WHERE serial IS NULL ORDER BY id) waiting) n"
            " WHERE e.id = n.id"
        )
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def latest_serial(session: Session) -> int:
    """Give the number of the last event; 0 before any."""
    return int(session.scalar(text("SELECT coalesce(max(serial), 0) FROM live_event")) or 0)


def events_after(session: Session, serial: int, most: int = MOST_EVENTS) -> list[Event]:
    """List the events that follow a number, in order."""
    rows = session.execute(
        text(
            "SELECT serial, topic, subject_id, recorded_at FROM live_event"
            " WHERE serial > :serial ORDER BY serial LIMIT :most"
        ),
        {"serial": serial, "most": most},
    )
    return [Event(*row) for row in rows]


def forget_old_events(session: Session) -> int:
    """Take away what is older than a month; a screen away for longer starts anew.

    What a reader that must miss nothing has not read yet stays, however old.
    """
    done = session.execute(
        text(
            "DELETE FROM live_event WHERE recorded_at < now() - :kept"
            " AND serial <= (SELECT min(serial) FROM event_reader)"
        ),
        {"kept": KEPT},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def wake(session: Session) -> None:
    """Have the stream look again as soon as this transaction ends."""
    session.execute(text(f"NOTIFY {CHANNEL}"))
