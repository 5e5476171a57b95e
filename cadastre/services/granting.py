"""Stop granting when the register may be wrong, and let a person open it again.

Two reasons: ``cadastre verify`` found a fault (it stays until somebody lifts it), or the log is
late: entries unsealed or no fresh signed head for four hours (it ends by itself once sealed).
Reading always goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, UnusableInput
from cadastre.models import Account, GrantingStop, JournalEntry
from cadastre.queries import granting as stored
from cadastre.queries import journal
from cadastre.queries import sealed_log as log
from cadastre.sentences import say_all

LATE_S = 4 * 3600.0
HEAD_EVERY_S = 24 * 3600.0
LIFTERS = ("supervisor", "administrator")
SHORTEST_REASON = 10
FAULTS = "verification: "


@dataclass(frozen=True, slots=True)
class Lateness:
    """How far the log is behind: the oldest unsealed entry, and the age of the last head."""

    waiting_s: float
    head_age_s: float | None

    @property
    def is_too_late(self) -> bool:
        """Tell whether granting must wait for the log."""
        return self.waiting_s > LATE_S or (self.head_age_s or 0) > HEAD_EVERY_S + LATE_S

    @property
    def hours(self) -> float:
        """Give the larger delay in hours."""
        return round(max(self.waiting_s, (self.head_age_s or 0) - HEAD_EVERY_S) / 3600, 1)


def ensure_granting_open(session: Session) -> None:
    """Refuse to decide on ground while the register may be wrong; call it in every act that does.

    Raises
    ------
    Blocked
        ``granting.stopped`` with the reason, or ``granting.log-late`` with the delay in hours.
    """
    stops = stored.open_stops(session)
    if stops:
        stop = stops[0]
        raise Blocked(
            "granting.stopped", where=str(stop.id), reason=_words(stop), since=stop.stopped_at
        )
    late = lateness(session)
    if late.is_too_late:
        raise Blocked("granting.log-late", where="log", hours=late.hours)


def _words(stop: GrantingStop) -> str | dict[str, str]:
    """Say why; verification writes the codes of its faults, a person writes a sentence."""
    if not stop.reason.startswith(FAULTS):
        return stop.reason
    codes = stop.reason.removeprefix(FAULTS)
    return say_all("granting.fault-found", {"codes": codes, "count": codes.count(",") + 1})


def lateness(session: Session) -> Lateness:
    """Measure how far the log is behind the journal and the calendar."""
    head_age = log.head_age_s(session)
    if head_age is None:
        head_age = log.first_sealed_age_s(session)
    return Lateness(journal.oldest_wait_s(session), head_age)


def stop_granting(session: Session, reason: str) -> GrantingStop:
    """Stop granting until a person acts; a reason that already stops it is not written twice."""
    for stop in stored.open_stops(session):
        if stop.reason == reason:
            return stop
    stop = GrantingStop(reason=reason)
    session.add(stop)
    session.flush()
    session.add(
        JournalEntry(
            action="granting.stop",
            subject="granting",
            subject_id=str(stop.id),
            by_rule=True,
            reason=reason,
        )
    )
    session.flush()
    return stop


def lift_stops(session: Session, account: Account, reason: str) -> int:
    """Open granting again after a person has looked; give how many stops were lifted.

    Raises
    ------
    NotAllowed
        ``granting.not-supervisor``.
    UnusableInput
        ``granting.no-reason``: the reason is missing or too short to mean anything.
    """
    if not account.is_active or not set(LIFTERS) & set(account.roles):
        raise NotAllowed("granting.not-supervisor", where=account.email)
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("granting.no-reason", where="--reason", shortest=SHORTEST_REASON)
    stops = stored.open_stops(session)
    stored.lift(session, stops, account.id, reason.strip())
    for stop in stops:
        session.add(
            JournalEntry(
                action="granting.lift",
                subject="granting",
                subject_id=str(stop.id),
                account_id=account.id,
                reason=reason.strip(),
            )
        )
    session.flush()
    return len(stops)
