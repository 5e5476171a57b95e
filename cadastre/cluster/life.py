"""Start, stop and repair the private cluster of a home."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from cadastre.cluster.account import Account, choose_account
from cadastre.cluster.binaries import find_binaries
from cadastre.cluster.place import SUPERUSER_ROLE, ClusterPlace, ClusterUrls
from cadastre.cluster.processes import clear_remains, server_process, wait_for_end
from cadastre.cluster.roles import connect, create_database, create_roles
from cadastre.cluster.tuning import WEB_USER, write_settings
from cadastre.config import DATABASE_NAME
from cadastre.errors import NotAvailable

LEAST_FREE_BYTES = 300 * 1024 * 1024
START_SECONDS = 120
PREPARED = "prepared-1"  # count up when roles, databases or extensions change


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What one sees of a cluster without touching it."""

    exists: bool
    process: int | None
    urls: ClusterUrls

    @property
    def is_running(self) -> bool:
        """Tell whether the server process is there."""
        return self.process is not None


def status(home: Path) -> ClusterStatus:
    """Look at the cluster of a home without starting it."""
    place = ClusterPlace(home)
    exists = (place.data / "PG_VERSION").exists()
    return ClusterStatus(exists, server_process(place.data), place.urls())


def ensure_running(home: Path, *, durable: bool = True) -> ClusterUrls:
    """Return the addresses of a cluster that answers, making or starting it when needed.

    Safe to call from any number of processes at once, and after any kill.

    Parameters
    ----------
    home : Path
        The folder of ``CADASTRE_HOME``; the cluster lives in its ``postgres``.
    durable : bool
        False for tests: commits are not forced to the disk.

    Raises
    ------
    NotAvailable
        No PostGIS on this machine, disk full, another owner, or the server's own refusal.
    """
    place = ClusterPlace(home)
    refusal: psycopg2.OperationalError | None = None
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        # Looked at anew each time: a server just killed is still seen for a moment.
        if server_process(place.data) is None or not _is_prepared(place):
            with _locked(place):
                _make_and_start(place, durable=durable)
        refusal = _why_no_answer(place)
        if refusal is None:
            return place.urls()
        time.sleep(0.1)
    raise _refusal("cluster.no-answer", place, str(refusal))


def stop(home: Path) -> None:
    """Stop the cluster of a home; connections are ended, nothing committed is lost."""
    place = ClusterPlace(home)
    if server_process(place.data) is None:
        return
    with _locked(place):
        number = server_process(place.data)
        if number is None:
            return
        account = choose_account(place.folder)
        pg_ctl = find_binaries().program("pg_ctl")
        account.run(pg_ctl, "stop", "-D", str(place.data), "-m", "fast", "-w", "-t", "60")
        if not wait_for_end([number], seconds=5):
            # Immediate shutdown is safe: the next start replays the log.
            account.run(pg_ctl, "stop", "-D", str(place.data), "-m", "immediate", "-w")


def admit_web_user(home: Path) -> None:
    """Let the web server's system user walk to the socket, and nobody else.

    Which roles it may then be is said in ``pg_ident.conf``. Nothing happens where root did not make
    that user.
    """
    folder = ClusterPlace(home).socket_folder
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(folder, -1, pwd.getpwnam(WEB_USER).pw_gid)
        folder.chmod(0o710)


def _make_and_start(place: ClusterPlace, *, durable: bool) -> None:
    account = choose_account(place.folder)
    if server_process(place.data) is None:
        account.own(place.folder, 0o711)
        _own_socket_folder(place, account)
        _refuse_full_disk(place.folder)
        if not (place.data / "PG_VERSION").exists():
            _initialise(place, account)
        clear_remains(place.data, place.socket_folder)
        write_settings(place, account, durable=durable)
        _start(place, account)
    if not _is_prepared(place):
        _prepare(place)


def _prepare(place: ClusterPlace) -> None:
    """Make roles, database and extensions; made again from where a failure left it."""
    try:
        create_roles(place)
        create_database(place, DATABASE_NAME)
    except psycopg2.Error as refusal:
        raise _refusal("cluster.cannot-make", place, str(refusal)) from refusal
    (place.folder / PREPARED).touch()


def _is_prepared(place: ClusterPlace) -> bool:
    return (place.folder / PREPARED).exists()


def _initialise(place: ClusterPlace, account: Account) -> None:
    """Make the data folder beside its place and move it there whole: no half one is ever seen."""
    fresh = place.folder / "data.fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    made = account.run(
        find_binaries().program("initdb"), "-D", str(fresh), "-U", SUPERUSER_ROLE, "-A", "peer",
        "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums",
    )
    if made.returncode != 0:
        raise _refusal("cluster.cannot-make", place, made.stdout)
    fresh.rename(place.data)


def _start(place: ClusterPlace, account: Account) -> None:
    started = account.run(
        find_binaries().program("pg_ctl"), "start", "-D", str(place.data), "-l", str(place.log),
        "-w", "-t", str(START_SECONDS), seconds=START_SECONDS + 30,
    )
    if started.returncode != 0:
        raise _refusal("cluster.cannot-start", place, _last_words(place.log) or started.stdout)


def _own_socket_folder(place: ClusterPlace, account: Account) -> None:
    """Make the socket's folder private; one that somebody else put there is refused."""
    folder = place.socket_folder
    if folder.is_symlink() or (
        folder.exists() and folder.stat().st_uid not in (account.uid, os.geteuid())
    ):
        raise NotAvailable("cluster.other-owner", where=str(folder), user=account.name)
    account.own(folder, 0o700)


def _why_no_answer(place: ClusterPlace) -> psycopg2.OperationalError | None:
    """Ask the server for a connection; while it recovers from a crash it gives a reason instead."""
    try:
        with connect(place.urls().superuser_url):
            return None
    except psycopg2.OperationalError as refusal:
        return refusal


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise NotAvailable(
            "cluster.disk-full", where=str(folder), free_mb=free // 2**20,
            needed_mb=LEAST_FREE_BYTES // 2**20,
        )


def _refusal(code: str, place: ClusterPlace, words: str) -> NotAvailable:
    """Turn the server's last words into one error that names the log."""
    if "No space left on device" in words:
        free = shutil.disk_usage(place.folder).free // 2**20
        return NotAvailable(
            "cluster.disk-full", where=str(place.folder), free_mb=free,
            needed_mb=LEAST_FREE_BYTES // 2**20,
        )
    lines = [line for line in words.strip().splitlines() if line.strip()]
    loudest = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line]
    answer = (loudest or lines or ["?"])[-1].strip()
    return NotAvailable(code, where=str(place.log), answer=answer)


def _last_words(log: Path) -> str:
    try:
        return log.read_text("utf-8", errors="replace")[-4000:]
    except OSError:
        return ""


@contextlib.contextmanager
def _locked(place: ClusterPlace) -> Iterator[None]:
    """Hold the cluster's lock; the kernel frees it when its holder dies."""
    place.home.mkdir(parents=True, exist_ok=True)
    with place.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
