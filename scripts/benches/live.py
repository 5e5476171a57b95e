"""Measure the supervision room: a grant seen on every screen, and ordinary pages meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg2
from bench_site import HOME, percentiles, ready_register, served

PAGES = ("/services", "/search?q=Sokod%C3%A9", "/openings", "/statistics", "/about", "/verify")
SHOWN_P95_S, PAGE_P95_MS = 2.0, 200.0
SEEN_SECONDS = 15.0
ALONE_ROUNDS = 5


def main() -> int:
    """Print the figures; exit code 1 when they are not what is promised."""
    arguments = _arguments()
    urls = ready_register(arguments.titles, arguments.seed, arguments.keep)
    cookie = _link_screen(urls.owner_url)
    with served(urls.app_url, 2) as port, _streaming(), Reader(port) as reader:
        seen, bytes_each = asyncio.run(
            _watch(port, cookie, arguments.screens, arguments.grants, urls.app_url)
        )
        pages, slowest, before = reader.times, reader.slowest, percentiles(reader.before)
    half, most = percentiles(seen)
    page_half, page_most = percentiles(pages)
    told = len(seen) == arguments.screens * arguments.grants
    print(f"{arguments.screens} screens, {arguments.grants} grants, {arguments.titles} titles")
    print(f"  seen on a screen: median {half:.3f} s, p95 {most:.3f} s, last {max(seen):.3f} s")
    print(f"  seen {len(seen)} of {arguments.screens * arguments.grants} times")
    print(f"  ordinary pages meanwhile ({len(pages)}): median {page_half:.0f} ms, "
          f"p95 {page_most:.0f} ms, slowest {slowest[0]:.0f} ms ({slowest[1]})")  # fmt: skip
    print(f"  the same pages without screens: median {before[0]:.0f} ms, p95 {before[1]:.0f} ms")
    print(f"  sent to a screen for one grant: {bytes_each:.0f} bytes, not compressed")
    return 0 if told and most < SHOWN_P95_S and page_most < PAGE_P95_MS else 1


def _link_screen(url: str) -> str:
    """Link one device, whose cookie all screens of the bench show."""
    secret = secrets.token_urlsafe(32)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO account (email, display_name) VALUES ('bench@exemple.test', 'Bench')"
            " ON CONFLICT (email) DO UPDATE SET display_name = 'Bench' RETURNING id"
        )
        (account,) = cursor.fetchone() or (0,)
        for table in ("title", "parcel"):  # the bench's register brings its own numbers
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        cursor.execute(
            "INSERT INTO linked_screen (name, account_id, link_hash, link_expires_at, cookie_hash,"
            " bound_at) VALUES ('bench', %s, %s, now(), %s, now())",
            (account, secrets.token_hex(32), hashlib.sha256(secret.encode()).hexdigest()),
        )
    return f"cadastre_screen={secret}"


@contextlib.contextmanager
def _streaming() -> Iterator[None]:
    """Run the stream process as scripts/run does."""
    command = [os.path.join(os.path.dirname(sys.executable), "cadastre"), "stream"]
    environment = {**os.environ, "CADASTRE_HOME": str(HOME)}
    environment.pop("CADASTRE_DATABASE_URL", None)
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        yield
    finally:
        process.terminate()
        process.wait(10)


class Reader:
    """Somebody who goes on reading ordinary pages, ten a second, and notes how long each took."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.before: list[float] = []
        self.times: list[float] = []
        self.slowest: tuple[float, str] = (0.0, "")
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._read)

    def __enter__(self) -> Reader:
        for page in PAGES * 4:  # both workers load templates and catalogue once
            self._ask(page)
        for page in PAGES * ALONE_ROUNDS:
            self.before.append(self._ask(page))
            time.sleep(0.05)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _read(self) -> None:
        while not self.over.is_set():
            for page in PAGES:
                took = self._ask(page)
                self.times.append(took)
                self.slowest = max(self.slowest, (took, page))
                time.sleep(0.1)

    def _ask(self, page: str) -> float:
        """Read a page; give the milliseconds it took."""
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", page)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"{page} answers {answer.status}")
        return (time.perf_counter() - start) * 1000


async def _watch(
    port: int, cookie: str, screens: int, grants: int, url: str
) -> tuple[list[float], float]:
    """Open the screens, grant titles one after the other, and note when each screen showed it."""
    granted: dict[str, float] = {}
    seen: list[float] = []
    received = [0]
    opened = asyncio.Semaphore(0)
    tasks = [
        asyncio.create_task(_screen(port, cookie, granted, seen, received, opened))
        for _ in range(screens)
    ]
    for _ in tasks:
        await asyncio.wait_for(opened.acquire(), 30)
    print(f"{screens} screens are open", file=sys.stderr)
    received[0] = 0
    for place in range(grants):
        number = f"BENCH-{secrets.token_hex(4)}"
        await asyncio.to_thread(_grant, url, number, granted)
        end = time.perf_counter() + SEEN_SECONDS
        while len(seen) < screens * (place + 1) and time.perf_counter() < end:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
    for task in tasks:
        task.cancel()
    return seen, received[0] / screens / grants


async def _screen(
    port: int,
    cookie: str,
    granted: dict[str, float],
    seen: list[float],
    received: list[int],
    opened: asyncio.Semaphore,
) -> None:
    """Listen as a browser does; a grant is seen when the figures after its event have come."""
    waits: list[str] = []
    async for kind, content in _messages(port, cookie, received):
        if kind == "moved" and content["topic"] == "title.grant":
            waits.append(content["subject"])
        if kind == "figures":
            if "tables" in content:
                opened.release()
            moved = {line[1] for line in content.get("moves", ())}
            for number in [one for one in waits if one in moved]:
                waits.remove(number)
                seen.append(time.perf_counter() - granted[number])


async def _messages(
    port: int, cookie: str, received: list[int]
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    head = f"GET /supervision/stream HTTP/1.1\r\nHost: bench\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    first = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in first:
        raise SystemExit(first.decode())
    while True:
        message = await reader.readuntil(b"\n\n")
        received[0] += len(message)
        lines = dict(line.split(": ", 1) for line in message.decode().splitlines() if ": " in line)
        if "data" in lines:
            yield lines["event"], json.loads(lines["data"])


def _grant(url: str, number: str, granted: dict[str, float]) -> None:
    """Write a title with its ground and tell the outbox, in one transaction, as a grant ends."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO title (number, name, kind, substances, exclusivity_group, ruleset,"
            " granted_on, starts_on, expires_on) VALUES (%s, 'Essai', 'permis-recherche', '{or}',"
            " 'precious', 'togo', current_date, current_date, current_date + 1000) RETURNING id",
            (number,),
        )
        (title,) = cursor.fetchone() or (0,)
        cursor.execute(
            "INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,"
            " planar_area_m2, planar_crs, geodesic_area_m2) VALUES (%s, ST_Multi("
            "ST_SetSRID(ST_MakeEnvelope(1, 8, 1.01, 8.01), 4326)), tstzrange(now(), NULL), '',"
            " 'EPSG:4326', 'straight-lonlat', 1, 'EPSG:32631', 1)",
            (title,),
        )
        cursor.execute(
            "INSERT INTO outbox_event (topic, subject_id) VALUES ('title.grant', %s)", (number,)
        )
        granted[number] = time.perf_counter()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench live", description=__doc__)
    parser.add_argument("--screens", type=int, default=100)
    parser.add_argument("--grants", type=int, default=30)
    parser.add_argument("--titles", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
