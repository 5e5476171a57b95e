"""A stream process of its own over a database of its own, and a screen that listens to it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.errors import NotAvailable
from cadastre.models import OutboxEvent
from cadastre.rules.catalogue import load_catalogue
from cadastre.rules.load import load_ruleset
from cadastre.services.supervision.handover import Handed, hand_over
from cadastre.services.supervision.room import Sector
from tests.databases import TestUrls

PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def sector() -> Sector:
    """Give what figures of Togo depend on."""
    settings = Settings(
        home=ROOT / "var", data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=None, app_database_url=None, secret_key=None,
    )  # fmt: skip
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    return Sector(settings, ruleset, load_catalogue(ROOT / "data" / "services" / "togo"))


class StreamProcess:
    """``cadastre stream`` over a database, started and killed at will."""

    def __init__(self, urls: TestUrls, home: Path) -> None:
        self.path = home / "web" / "stream.sock"
        self.environment = os.environ | {
            "CADASTRE_DATABASE_URL": urls.owner_url,
            "CADASTRE_APP_DATABASE_URL": urls.app_url,
            "CADASTRE_HOME": str(home),
            "CADASTRE_ENV": "demo",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until its door is open."""
        self.path.unlink(missing_ok=True)
        command = [str(Path(sys.executable).parent / "cadastre"), "stream"]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE_S
        while not self.path.exists():
            assert self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def stream(fresh_database: TestUrls, tmp_path_factory) -> Iterator[StreamProcess]:
    """Run the stream over a database of this test's own."""
    process = StreamProcess(fresh_database, tmp_path_factory.mktemp("s"))
    process.start()
    yield process
    process.kill()


class Screen:
    """What a browser sees of the stream: events with their numbers, and the figures so far."""

    def __init__(self, stream: StreamProcess, after: int | None = None, screen: int | None = None):
        self.connection, given = socket.socketpair()
        try:
            hand_over(stream.path, given, Handed("HTTP/1.1 200 OK\r\n\r\n", after, screen))
        except NotAvailable:
            self.connection.close()
            raise
        finally:
            # What the web server does at the end of its request must not reach the browser.
            with given, contextlib.suppress(OSError):
                given.shutdown(socket.SHUT_RDWR)
        self.buffer = b""
        self.after = after
        self.events: list[tuple[int, str, str]] = []
        self.figures: dict[str, list[object]] = {}
        self.last: dict[str, object] = {}

    def read(self) -> bool:
        """Take what has come; False once the stream ended."""
        content = self.connection.recv(1 << 16)
        self.buffer += content
        *messages, self.buffer = self.buffer.split(b"\n\n")
        for message in messages:
            lines = dict(
                line.split(": ", 1) for line in message.decode().splitlines() if ": " in line
            )
            if lines.get("event") == "moved":
                told = json.loads(lines["data"])
                self.after = int(lines["id"])
                self.events.append((self.after, told["topic"], told["subject"]))
            elif lines.get("event") == "figures":
                self.last = json.loads(lines["data"])
                self.figures.update(self.last.get("figures", {}))
        return bool(content)

    def wait_for(self, count: int) -> None:
        """Read until so many events and the figures after them have come."""
        self.connection.settimeout(PATIENCE_S)
        self.last = {}
        while len(self.events) < count or not self.last:
            assert self.read()

    def close(self) -> None:
        """Go away."""
        self.connection.close()


def happen(session: Session, *numbers: str) -> None:
    """Tell the outbox of grants, and commit."""
    for number in numbers:
        session.add(OutboxEvent(topic="title.grant", subject_id=number))
    session.commit()
