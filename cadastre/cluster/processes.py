"""Tell which server processes belong to a data folder, and end those that lost their server.

PostgreSQL's own lock file names a process by number only. After a crash that number may belong to
an unrelated program, and backends busy in a query may outlive their server and hold its memory;
the next start would then refuse. Every server process works inside its data folder, which the
kernel tells us.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

POLL_SECONDS = 0.05


def server_process(data: Path) -> int | None:
    """Return the number of the running server of this data folder, if there is one."""
    try:
        number = int((data / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return number if _works_in(number, data) else None


def clear_remains(data: Path, socket_folder: Path) -> None:
    """End orphaned backends and remove lock files of a server that is no more.

    Call it under the cluster's lock, when :func:`server_process` found nobody.
    """
    orphans = [number for number in _all_numbers() if _works_in(number, data)]
    for number in orphans:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    wait_for_end(orphans, seconds=10)
    (data / "postmaster.pid").unlink(missing_ok=True)
    for left in socket_folder.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)


def wait_for_end(numbers: list[int], *, seconds: float) -> bool:
    """Wait until none of these processes is alive; tell whether that came true."""
    end = time.monotonic() + seconds
    while any(is_alive(number) for number in numbers):
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def is_alive(number: int) -> bool:
    """Tell whether a process still runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _all_numbers() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _works_in(number: int, folder: Path) -> bool:
    """Tell whether a process is alive and works in this folder."""
    try:
        same = os.path.samefile(f"/proc/{number}/cwd", folder)
    except OSError:  # gone, a zombie, or of a user whose processes are none of ours
        return False
    return same and "postgres" in _program(number)


def _program(number: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/comm").read_text("utf-8")
    return ""
