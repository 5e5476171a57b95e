"""Stand up what every bench measures: a register of its own, the real server, fair turns."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench_register import load, make_grounds
from shapely.geometry.base import BaseGeometry

from cadastre import cluster
from cadastre.config import ROOT, read_settings
from cadastre.database import sqlalchemy_url, upgrade

HOME = read_settings().home / "bench"
MakeGrounds = Callable[[int, int], Sequence[BaseGeometry]]
FRAME_FILE = ROOT / "data" / "demonstration" / "togo_frame.geojson"


def ready_register(
    titles: int, seed: int, keep: bool, make: MakeGrounds = make_grounds, name: str = ""
) -> cluster.ClusterUrls:
    """Make or reuse the database of this size and seed, in a cluster apart from the register.

    ``name`` tells registers apart that are made in different ways.
    """
    urls = cluster.ensure_running(HOME)
    mark = HOME / f"loaded-{titles}-{seed}{name}"
    if not (keep and mark.exists()):
        print(f"making {titles} titles (seed {seed})…", file=sys.stderr)
        upgrade(sqlalchemy_url(urls.owner_url))
        load(urls.owner_url, make(titles, seed), FRAME_FILE)
        for old in HOME.glob("loaded-*"):
            old.unlink()
        mark.touch()
    return urls


Measured = tuple[list[float], list[Any]]


def measure(questions: Sequence[Any], *ways: Callable[[Any], Any]) -> list[Measured]:
    """Time every question in milliseconds, each way in turn, so that a busy machine harms both.

    A first round warms caches and workers.
    """
    for question in questions[:40]:
        for ask in ways:
            ask(question)
    measured: list[Measured] = [([], []) for _ in ways]
    for question in questions:
        for ask, (times, answers) in zip(ways, measured, strict=True):
            start = time.perf_counter()
            answers.append(ask(question))
            times.append((time.perf_counter() - start) * 1000)
    return measured


@contextlib.contextmanager
def served(app_url: str, workers: int) -> Iterator[int]:
    """Serve with gunicorn as scripts/run does, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CADASTRE_HOME": str(HOME)}
    environment.pop("CADASTRE_DATABASE_URL", None)
    command = [
        sys.executable, "-m", "gunicorn", "web.app:create_app()", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--threads", "8", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    sys.exit("the server does not answer")


def percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[-1]
