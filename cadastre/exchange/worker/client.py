"""Order the jailed worker from the web or command process, and never wait for it too long.

The worker is a fresh interpreter in isolated mode with an empty environment and its own folder. It
limits itself (:mod:`cadastre.exchange.worker.jail`); this side kills it from outside when it
outstays its time or talks too much, because limits set inside have been seen not to fire in native
code.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadastre.errors import NotAvailable, TooLarge, UnusableInput
from cadastre.exchange.limits import MEGABYTE
from cadastre.exchange.worker.jail import NOBODY

LOG = logging.getLogger(__name__)

# One processor thread: libraries reserve address space for each, which the memory limit counts.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENPYXL_LXML": "False",
    "EZDXF_DISABLE_C_EXT": "0",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one job may consume; ``wall_seconds`` is enforced from outside.

    Measured: a worker ready to read takes 0.2–0.3 s, 190 MB of address space and 70 MB of memory.
    """

    memory_bytes: int = 512 * MEGABYTE
    cpu_seconds: int = 3
    wall_seconds: float = 8.0
    file_bytes: int = 60 * MEGABYTE
    answer_bytes: int = 20 * MEGABYTE
    change_user: bool = True


UPLOAD = Allowance()


def ask(
    task: str, files: Mapping[str, bytes], *, allowance: Allowance = UPLOAD, **order: Any
) -> dict[str, Any]:
    """Have files read by the worker and give its answer.

    Parameters
    ----------
    task
        One of the tasks of the worker: ``vector``, ``drawing``, ``sheet``.
    files
        Content by plain file name; names are ours, never the sender's.

    Raises
    ------
    UnusableInput
        What the worker refused, or ``exchange.worker-died`` when the file broke it.
    TooLarge
        ``exchange.too-slow`` when it was killed, ``exchange.answer-too-large``.
    """
    with job_folder(files) as folder:
        return ask_in(folder, task, allowance, **order)


def ask_in(folder: Path, task: str, allowance: Allowance, **order: Any) -> dict[str, Any]:
    """Have the worker do its task on a folder of one's own, and give its answer; see :func:`ask`.

    What it wrote stays in the folder.
    """
    process = start(task, folder, allowance, **order)
    try:
        answer = _listen(process, allowance)
    finally:
        stop(process)
    return _understand(answer, process.returncode, folder, allowance)


@contextlib.contextmanager
def job_folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Lend a folder that holds just these files, readable by the worker's user alone."""
    folder = Path(tempfile.mkdtemp(prefix="cadastre-job-"))
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(
    task: str, folder: Path, allowance: Allowance, **order: Any
) -> subprocess.Popen[bytes]:
    """Start the worker on a folder."""
    if allowance.change_user and os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    order |= {
        "task": task,
        "memory_bytes": allowance.memory_bytes,
        "cpu_seconds": allowance.cpu_seconds,
        "file_bytes": allowance.file_bytes,
        "change_user": allowance.change_user,
    }
    try:
        with (folder / "stderr").open("wb") as complaints:
            return subprocess.Popen(
                [sys.executable, "-I", "-m", "cadastre.exchange.worker", json.dumps(order)],
                cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=complaints, close_fds=True, start_new_session=True,
            )
    except OSError as fault:
        raise NotAvailable("exchange.no-worker") from fault


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the worker and anything it may have started."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _listen(process: subprocess.Popen[bytes], allowance: Allowance) -> bytes:
    assert process.stdout is not None
    pipe, deadline = process.stdout.fileno(), time.monotonic() + allowance.wall_seconds
    heard = bytearray()
    while True:
        ready, _, _ = select.select([pipe], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise TooLarge("exchange.too-slow", seconds=allowance.wall_seconds)
        piece = os.read(pipe, 1 << 16)
        if not piece:
            break
        heard += piece
        if len(heard) > allowance.answer_bytes:
            raise TooLarge("exchange.answer-too-large")
    try:
        process.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired as fault:
        raise TooLarge("exchange.too-slow", seconds=allowance.wall_seconds) from fault
    return bytes(heard)


def _understand(
    answer: bytes, returned: int, folder: Path, allowance: Allowance
) -> dict[str, Any]:
    if returned in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TooLarge("exchange.too-slow", seconds=allowance.cpu_seconds)
    if returned != 0:
        LOG.warning("reader worker ended with %s: %s", returned, complaint(folder))
        raise UnusableInput("exchange.worker-died")
    raise_fault(said := json.loads(answer))
    return said


def raise_fault(said: Mapping[str, Any]) -> None:
    """Raise here what the worker refused there."""
    fault = said.get("fault")
    if fault:
        kind = TooLarge if fault["too_large"] else UnusableInput
        raise kind(fault["code"], fault["where"], **fault["values"])


def complaint(folder: Path) -> str:
    """Give the end of what the worker wrote to standard error, for the operator's journal."""
    with contextlib.suppress(OSError):
        return (folder / "stderr").read_bytes()[-500:].decode("utf-8", "replace")
    return ""
