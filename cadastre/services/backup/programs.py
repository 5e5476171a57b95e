"""Run PostgreSQL's own dump and restore: the formats that outlive this program."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from cadastre.cluster.binaries import find_binaries
from cadastre.errors import NotAvailable

JOBS = 2
# Extensions belong to the server's administrator, who made them before anything is restored.
NOT_OURS = re.compile(
    r"^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|SCHEMA - public|COMMENT - SCHEMA public"
    r"|ACL (public|-) (TABLE spatial_ref_sys|SCHEMA public))\b"
)


def dump(url: str, snapshot: str, file: Path) -> None:
    """Write a database as it was at a snapshot, compressed, into one file.

    Raises
    ------
    NotAvailable
        The program is missing, or refuses: its own last words are in the sentence.
    """
    _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}", plain_url(url))


def restore(url: str, file: Path, scratch: Path) -> None:
    """Read a dump into a database that holds nothing of value; any fault stops it."""
    listed = _run("pg_restore", "--list", str(file))
    ours = [line for line in listed.splitlines() if not NOT_OURS.match(line)]
    contents = scratch / "contents.txt"
    contents.write_text("\n".join(ours) + "\n", "utf-8")
    _run(
        "pg_restore", "--no-owner", "--exit-on-error", "--clean", "--if-exists", f"--jobs={JOBS}",
        f"--use-list={contents}", f"--dbname={plain_url(url)}", str(file),
    )  # fmt: skip


def program_version() -> str:
    """Say which release writes the dump."""
    return _run("pg_dump", "--version").strip()


def plain_url(url: str) -> str:
    """Give an address in PostgreSQL's own manner, without the name of a Python driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(name: str, *arguments: str) -> str:
    command = [find_binaries().program(name), *arguments]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    try:
        done = subprocess.run(
            command, env=kept | {"LC_ALL": "C.UTF-8"}, text=True, capture_output=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as fault:
        raise NotAvailable("backup.program-failed", where=name, answer=str(fault)) from None
    if done.returncode != 0:
        raise NotAvailable("backup.program-failed", where=name, answer=_last_words(done.stderr))
    return done.stdout


def _last_words(text: str) -> str:
    lines = [line for line in text.splitlines() if "error" in line.lower()] or text.splitlines()
    return lines[0][:300] if lines else "?"
