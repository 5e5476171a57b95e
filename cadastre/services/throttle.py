"""Slow down whoever guesses at one account, without closing it to its owner.

Ten failures under one name within ten minutes, and a further try is heard once a minute. Names
nobody bears are counted alike, and addresses of the network are not counted at all: an office or a
village behind one address must not be shut out by one of its people. A browser that has signed in
before is counted apart (``device``), so that a stranger's guesses do not slow its owner.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cadastre.errors import TooOften
from cadastre.models import SignInFailure

MOST_FAILURES = 10
WINDOW = dt.timedelta(minutes=10)
PAUSE = dt.timedelta(minutes=1)


def name_hash(name: str, device: str = "") -> str:
    """Give what is kept of the name a try was made under: it may be a password typed by mistake."""
    return hashlib.sha256(f"{name.strip().lower()}\n{device}".encode()).hexdigest()


def ensure_not_too_often(session: Session, name: str, device: str = "") -> None:
    """Refuse a try that comes too soon after many failures; the password is not even looked at.

    Tries under one name are heard one after another, until the transaction ends: a hundred at once
    count as a hundred.

    Raises
    ------
    TooOften
        ``accounts.too-many-tries``.
    """
    kept = name_hash(name, device)
    session.execute(select(func.pg_advisory_xact_lock(_lock_number(kept))))
    failures, latest, now = session.execute(
        select(
            func.count(), func.max(SignInFailure.recorded_at), func.clock_timestamp()
        ).where(
            SignInFailure.name_hash == kept,
            SignInFailure.recorded_at > func.clock_timestamp() - WINDOW,
        )
    ).one()
    if failures >= MOST_FAILURES and now - latest < PAUSE:
        seconds = int((PAUSE - (now - latest)).total_seconds()) + 1
        raise TooOften("accounts.too-many-tries", seconds=seconds)


def note_failure(session: Session, name: str, device: str = "") -> None:
    """Count a failed try, and forget those that no longer matter."""
    session.execute(
        delete(SignInFailure).where(
            SignInFailure.recorded_at < func.clock_timestamp() - 2 * WINDOW
        )
    )
    failure = SignInFailure(
        name_hash=name_hash(name, device), recorded_at=func.clock_timestamp()
    )
    session.add(failure)
    session.flush()


def forget_failures(session: Session, name: str, device: str = "") -> None:
    """Begin anew once the right person came in."""
    session.execute(
        delete(SignInFailure).where(SignInFailure.name_hash == name_hash(name, device))
    )


def _lock_number(kept: str) -> int:
    """Give the number of a name's lock: what PostgreSQL takes is signed."""
    return int.from_bytes(bytes.fromhex(kept)[:8], "big", signed=True)
