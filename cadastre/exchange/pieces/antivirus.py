"""Have a piece looked at by ClamAV when there is one; say so when there is none.

The protocol is clamd's INSTREAM: lengths and bytes over a local socket, an answer in one line.
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from enum import StrEnum

from cadastre.errors import NotAvailable, UnusableInput

CHUNK = 64 * 1024
PATIENCE_S = 30.0
LONGEST_ANSWER = 4096


class Scan(StrEnum):
    """What is known about a piece."""

    CLEAN = "clean"
    NOT_SCANNED = "not-scanned"  # no scanner was configured here
    INFECTED = "infected"  # found when a piece that was kept unscanned was looked at later


def scan(content: bytes, filename: str, address: str | None) -> Scan:
    """Give the scanner's word on a piece.

    Parameters
    ----------
    address
        ``unix:/run/clamav/clamd.ctl`` or ``host:port``; None where no scanner runs.

    Raises
    ------
    UnusableInput
        ``pieces.infected``, naming what was found.
    NotAvailable
        ``pieces.scanner-silent``: a scanner is configured and does not answer; nothing is kept
        unscanned behind its back.
    """
    if address is None:
        return Scan.NOT_SCANNED
    try:
        answer = _ask(content, address)
    except OSError as error:
        raise NotAvailable("pieces.scanner-silent", where=filename) from error
    if answer.endswith("FOUND"):
        name = answer.removesuffix("FOUND").rpartition(":")[2].strip()
        raise UnusableInput("pieces.infected", where=filename, name=name)
    if not answer.endswith("OK"):
        raise NotAvailable("pieces.scanner-silent", where=filename)
    return Scan.CLEAN


def _ask(content: bytes, address: str) -> str:
    with closing(_connected(address)) as line:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            line.sendall(struct.pack("!L", len(chunk)) + chunk)
        line.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            received = line.recv(LONGEST_ANSWER)
            if not received:
                break
            answer += received
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE_S)
        line.connect(address.removeprefix("unix:"))
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), PATIENCE_S)
