"""Stream what happens to every screen: one process, one look at the database, many listeners.

The process listens to the database (``LISTEN``), numbers what became visible, works the room out
once and sends each screen what it has not seen. Screens bring the number of the last event they
saw (``Last-Event-ID``): after a cut of any length within a month they are told what they missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cadastre.services.supervision.events import (
    CHANNEL,
    Event,
    events_after,
    latest_serial,
    number_events,
)
from cadastre.services.supervision.handover import Handed, receive
from cadastre.services.supervision.room import Sector, changes, room

GATHER_SECONDS = 0.15  # events that come together are told together
PULSE_SECONDS = 20.0  # how often figures are worked out though nothing was heard
RETRY_SECONDS = 2.0
SEND_SECONDS = 10.0  # a screen that takes nothing for so long is let go; it comes back by itself
LIFE_SECONDS = (240.0, 300.0)  # then a screen must ask anew, and is asked anew who it is
MOST_SCREENS = 1000
BACKLOG = 64


@dataclass(eq=False)
class Screen:
    """A browser that listens: its connection, what it has seen, and when it must ask anew."""

    connection: socket.socket
    handed: Handed
    ends: float
    shown: dict[str, Any] | None = None
    serial: int = 0
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Look:
    """What one look at the database found."""

    room: dict[str, Any]
    serial: int
    revoked: frozenset[int]


class Stream:
    """The process: a door for connections, an ear at the database, and the screens."""

    def __init__(self, engine: Engine, sector: Sector, path: Path) -> None:
        self.engine = engine
        self.sector = sector
        self.path = path
        self.screens: set[Screen] = set()
        self.latest: Look | None = None
        self.heard = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.read: dict[tuple[int, int], list[Event]] = {}

    async def serve(self) -> None:
        """Stream without end; a database or a screen that goes away is waited for or let go."""
        with self._door() as door:
            loop = asyncio.get_running_loop()
            loop.add_reader(door.fileno(), self._admit, door)
            await asyncio.gather(self._listen(), self._tell())

    def _door(self) -> socket.socket:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mask = os.umask(0o177)  # only this user, who is the web server's, may hand over
        try:
            door.bind(str(self.path))
        finally:
            os.umask(mask)
        door.listen(BACKLOG)
        door.setblocking(False)
        return door

    def _admit(self, door: socket.socket) -> None:
        """Take a connection and answer so; the web process sends at once after it connects."""
        with contextlib.suppress(OSError):
            giver, _ = door.accept()
            with giver:
                giver.settimeout(1.0)
                taken = receive(giver)
                if taken is None or len(self.screens) >= MOST_SCREENS:
                    if taken is not None:
                        taken[1].close()
                    return
                giver.send(b"+")
            self._welcome(*taken)

    def _welcome(self, handed: Handed, connection: socket.socket) -> None:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        screen = Screen(connection, handed, loop.time() + random.uniform(*LIFE_SECONDS))
        self.screens.add(screen)
        self._start(self._open(screen))

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _open(self, screen: Screen) -> None:
        """Send the head, then what the screen missed and how things stand."""
        async with screen.busy:
            if not await self._send(screen, f"{screen.handed.head}retry: 2000\n\n".encode()):
                return
        if self.latest is None:
            await asyncio.to_thread(self._try_to_look)
        screen.serial = self._start_of(screen)
        await self._show(screen)

    def _start_of(self, screen: Screen) -> int:
        now = 0 if self.latest is None else self.latest.serial
        after = screen.handed.after
        return now if after is None or after > now else after

    async def _listen(self) -> None:
        """Hear the database say that something happened; come back when it was away."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self._hear(loop)
            except Exception:  # whatever the driver raises when the server goes
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        link = await asyncio.to_thread(self._ear)
        raw: Any = link.connection.driver_connection
        try:
            self.heard.set()  # something may have happened while nobody listened
            while True:
                ready = loop.create_future()
                loop.add_reader(raw.fileno(), _once, ready)
                try:
                    await asyncio.wait_for(ready, PULSE_SECONDS)
                except TimeoutError:
                    await asyncio.to_thread(link.execute, text("SELECT 1"))
                finally:
                    loop.remove_reader(raw.fileno())
                raw.poll()
                if raw.notifies:
                    raw.notifies.clear()
                    self.heard.set()
        finally:
            link.invalidate()
            link.close()

    def _ear(self) -> Any:
        link = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        link.execute(text(f"LISTEN {CHANNEL}"))
        return link

    async def _tell(self) -> None:
        """Look when something was heard, and every so often; then show every screen."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.heard.wait(), PULSE_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self.heard.clear()
            if await asyncio.to_thread(self._try_to_look):
                self._let_go_of_revoked()
                await asyncio.gather(*(self._show(screen) for screen in list(self.screens)))
            else:
                await asyncio.sleep(RETRY_SECONDS)

    def _try_to_look(self) -> bool:
        try:
            self.latest = self._look()
        except Exception:  # the ages on the screens grow; the next look may succeed
            return False
        return True

    def _look(self) -> Look:
        with Session(self.engine) as session, session.begin():
            number_events(session)
            serial = latest_serial(session)
            revoked = session.execute(
                text("SELECT id FROM linked_screen WHERE revoked_at IS NOT NULL")
            ).scalars()
            return Look(room(session, self.sector), serial, frozenset(revoked))

    def _let_go_of_revoked(self) -> None:
        now = asyncio.get_running_loop().time()
        for screen in list(self.screens):
            revoked = self.latest is not None and screen.handed.screen in self.latest.revoked
            if revoked or now > screen.ends:
                self._close(screen)

    async def _show(self, screen: Screen) -> None:
        """Send the events a screen has not seen, then the figures that changed."""
        async with screen.busy:
            while self.latest is not None and screen.serial < self.latest.serial:
                events = await asyncio.to_thread(self._events, screen.serial)
                if not events or not await self._send(screen, b"".join(map(_event, events))):
                    break
                screen.serial = events[-1].serial
            if self.latest is None or screen not in self.screens:
                return
            told = changes(screen.shown, self.latest.room)
            screen.shown = self.latest.room
            await self._send(screen, _message("figures", told))

    def _events(self, serial: int) -> list[Event]:
        """Read what follows a number, once for the many screens that ask the same."""
        assert self.latest is not None
        key = (serial, self.latest.serial)
        if key not in self.read:
            with Session(self.engine) as session:
                found = events_after(session, serial)
            self.read = {**self.read, key: found} if len(self.read) < BACKLOG else {key: found}
        return self.read[key]

    async def _send(self, screen: Screen, content: bytes) -> bool:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(loop.sock_sendall(screen.connection, content), SEND_SECONDS)
        except (OSError, TimeoutError):
            self._close(screen)
            return False
        return True

    def _close(self, screen: Screen) -> None:
        self.screens.discard(screen)
        with contextlib.suppress(OSError):
            screen.connection.close()


def _once(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _event(event: Event) -> bytes:
    return f"id: {event.serial}\n".encode() + _message("moved", event.json())


def _message(kind: str, content: dict[str, Any]) -> bytes:
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {told}\n\n".encode()
