"""Keep a few jailed workers that paint tiles and sum up grounds, and never wait for them too long.

The process that answers requests loads no GDAL. A worker that dies, or outstays its time, is
replaced at the next request; when all are busy for too long, the caller is told so.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.errors import NotAvailable, UnusableInput
from cadastre.exchange.limits import MEGABYTE
from cadastre.exchange.worker.client import ENVIRONMENT, stop

READERS = 2
PATIENCE_SECONDS = 15.0  # for a free worker
START_SECONDS = 20.0
ANSWER_SECONDS = 15.0
MEMORY_BYTES = 1_500 * MEGABYTE
LIFE_CPU_SECONDS = 1800
MOST_CELLS = 4_000_000
TILE_SIZE = 256
HEAD = 5  # bytes: length and letter


@dataclass(slots=True)
class _Reader:
    """One worker: its process, and the folder it stands in; started when first asked."""

    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    held: tuple[str, ...] = ()


@dataclass(slots=True)
class Readers:
    """A bounded set of workers over one folder of rasters; may be asked from many threads."""

    files: Path
    count: int = READERS
    _free: queue.LifoQueue[_Reader] = field(default_factory=queue.LifoQueue)

    def __post_init__(self) -> None:
        """Make room for the workers; none is started yet."""
        for _ in range(self.count):
            self._free.put(_Reader())

    def tile(self, file: str, box: tuple[float, ...], look: dict[str, Any]) -> bytes:
        """Paint a square of Web Mercator (west, south, east, north in its metres) as PNG."""
        order = {"op": "tile", "file": file, "box": list(box), "look": look, "size": TILE_SIZE}
        return self._ask(order)

    def figures(self, file: str, ground: BaseGeometry, measure: str) -> dict[str, Any]:
        """Sum a raster up over a ground in EPSG:4326; see :mod:`..worker.zonal`."""
        order = {
            "op": "figures", "file": file, "ground": shapely.to_wkb(ground, hex=True),
            "measure": measure, "most_cells": MOST_CELLS,
        }  # fmt: skip
        told: dict[str, Any] = json.loads(self._ask(order))
        return told

    def close(self) -> None:
        """End the workers that are free."""
        with contextlib.suppress(queue.Empty):
            while True:
                _end(self._free.get_nowait())

    def _ask(self, order: dict[str, Any]) -> bytes:
        try:
            reader = self._free.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise NotAvailable("rasters.busy") from None
        try:
            return self._answer(reader, order)
        except (OSError, ValueError) as fault:  # broken pipe, half an answer
            _end(reader)
            raise NotAvailable("rasters.reader-died") from fault
        except TimeoutError:
            _end(reader)
            raise NotAvailable("rasters.busy") from None
        finally:
            self._free.put(reader)

    def _answer(self, reader: _Reader, order: dict[str, Any]) -> bytes:
        if reader.process is None or reader.process.poll() is not None:
            _end(reader)
            self._start(reader)
        process = reader.process
        assert process is not None
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        letter, content = _hear(process, ANSWER_SECONDS)
        if letter == b"E":
            raise UnusableInput(json.loads(content)["code"], where=order["file"][:12])
        return content

    def _start(self, reader: _Reader) -> None:
        """Start a worker as our own user, since the folder may be ours alone; it reads only."""
        reader.folder = Path(tempfile.mkdtemp(prefix="cadastre-rasters-"))
        order = {
            "task": "raster-reader", "files": str(self.files), "readable": [str(self.files)],
            "memory_bytes": MEMORY_BYTES, "cpu_seconds": LIFE_CPU_SECONDS,
            "file_bytes": MEGABYTE, "change_user": False,
        }  # fmt: skip
        with (reader.folder / "stderr").open("wb") as complaints:
            reader.process = subprocess.Popen(
                [sys.executable, "-I", "-m", "cadastre.exchange.worker", json.dumps(order)],
                cwd=reader.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**ENVIRONMENT, "NUMEXPR_MAX_THREADS": "1"}, stderr=complaints,
                close_fds=True, start_new_session=True,
            )
        _, content = _hear(reader.process, START_SECONDS)
        reader.held = tuple(json.loads(content)["held"])


def _end(reader: _Reader) -> None:
    if reader.process is not None:
        if reader.process.stdin is not None:
            with contextlib.suppress(OSError):
                reader.process.stdin.close()
        stop(reader.process)
    if reader.folder is not None:
        shutil.rmtree(reader.folder, ignore_errors=True)
    reader.process, reader.folder = None, None


def _hear(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bytes]:
    """Read one answer: its letter and content."""
    assert process.stdout is not None
    pipe, deadline = process.stdout.fileno(), time.monotonic() + seconds
    head = _exactly(pipe, HEAD, deadline)
    (length,) = struct.unpack(">I", head[:4])
    return head[4:], _exactly(pipe, length, deadline)


def _exactly(pipe: int, count: int, deadline: float) -> bytes:
    heard = bytearray()
    while len(heard) < count:
        ready, _, _ = select.select([pipe], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise TimeoutError
        piece = os.read(pipe, count - len(heard))
        if not piece:
            raise ValueError("the worker ended")
        heard += piece
    return bytes(heard)
