"""Keep sessions and messages in a file, so that the provider forgets nothing when it is killed."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, reference TEXT UNIQUE NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, description TEXT NOT NULL, return_address TEXT NOT NULL,
    callback_address TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL,
    expires_at REAL NOT NULL, times_paid INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, session TEXT NOT NULL, status TEXT NOT NULL,
    flaw TEXT NOT NULL DEFAULT '', due_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0);
"""
SESSION_SECONDS = 1800.0
COLUMNS = (
    "id, reference, amount, currency, description, return_address, callback_address, language,"
    " status"
)


@dataclass(frozen=True, slots=True)
class PaymentSession:
    """A payment somebody asked us to collect."""

    id: str
    reference: str
    amount: int
    currency: str
    description: str
    return_address: str
    callback_address: str
    language: str
    status: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to the merchant that was not taken yet; ``flaw`` spoils it on purpose."""

    id: int
    event: str
    session: str
    status: str
    flaw: str
    tries: int


class Store:
    """The provider's memory; every change is on the disk before it is answered."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def open_session(self, wanted: dict[str, str | int]) -> PaymentSession:
        """Open a session, or find the one opened under the same reference."""
        with self._change() as file:
            file.execute(
                "INSERT INTO session (id, reference, amount, currency, description,"
                " return_address, callback_address, language, status, expires_at)"
                " VALUES (:id, :reference, :amount, :currency, :description, :return_address,"
                " :callback_address, :language, 'open', :expires_at)"
                " ON CONFLICT (reference) DO NOTHING",
                {**wanted, "id": secrets.token_hex(12),
                 "expires_at": time.time() + SESSION_SECONDS},
            )  # fmt: skip
        found = self.find("reference", str(wanted["reference"]))
        assert found is not None
        return found

    def find(self, column: str, value: str) -> PaymentSession | None:
        """Give a session by ``id`` or ``reference``; one nobody paid in time has expired."""
        assert column in ("id", "reference")
        with self._change() as file:
            file.execute(
                "UPDATE session SET status = 'expired' WHERE status = 'open' AND expires_at < ?",
                (time.time(),),
            )
            row = file.execute(
                f"SELECT {COLUMNS} FROM session WHERE {column} = ?", (value,)
            ).fetchone()
        return None if row is None else PaymentSession(*row)

    def conclude(self, session: str, status: str) -> bool:
        """Pay or refuse an open session; False when that was done before: money moves once."""
        with self._change() as file:
            done = file.execute(
                "UPDATE session SET status = ?, times_paid = times_paid + (? = 'paid')"
                " WHERE id = ? AND status = 'open'",
                (status, status, session),
            )
        return done.rowcount == 1

    def expire(self, reference: str) -> None:
        """End the time to pay of a session now."""
        with self._change() as file:
            file.execute("UPDATE session SET expires_at = 0 WHERE reference = ?", (reference,))

    def charged(self, reference_prefix: str = "") -> list[tuple[str, int]]:
        """List how often each session took money from its payer."""
        with self._lock:
            rows = self._file.execute(
                "SELECT reference, times_paid FROM session WHERE reference LIKE ? || '%'",
                (reference_prefix,),
            ).fetchall()
        return [(str(reference), int(times)) for reference, times in rows]

    def queue(self, event: str, session: str, status: str, flaw: str, delay: float) -> None:
        """Put a message in the queue, to be sent after a delay in seconds."""
        with self._change() as file:
            file.execute(
                "INSERT INTO message (event, session, status, flaw, due_at) VALUES (?, ?, ?, ?, ?)",
                (event, session, status, flaw, time.time() + delay),
            )

    def due(self) -> list[Outgoing]:
        """List the messages whose turn has come."""
        with self._lock:
            rows = self._file.execute(
                "SELECT id, event, session, status, flaw, tries FROM message"
                " WHERE NOT taken AND due_at <= ? ORDER BY due_at, id",
                (time.time(),),
            ).fetchall()
        return [Outgoing(*row) for row in rows]

    def note(self, message: int, *, taken: bool, pause: float) -> None:
        """Keep whether the merchant took a message; else it is sent again after a pause."""
        with self._change() as file:
            file.execute(
                "UPDATE message SET taken = ?, tries = tries + 1, due_at = ? WHERE id = ?",
                (taken, time.time() + pause, message),
            )

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._file:
            yield self._file
