"""Hand a browser's connection over to the process that streams, and be done with the request.

A stream lasts minutes and the web server has a few threads: a hundred screens would take them all.
So the web process answers who may look, then passes the open socket itself to the stream process
through a socket of the file system (SCM_RIGHTS). The browser has one address, one port and one
session; a proxy in front sees an ordinary answer that does not end.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path

from cadastre.errors import NotAvailable

SOCKET = "stream.sock"
LONGEST_PATH = 100  # bytes a path of a socket may take, less a margin
LONGEST_MESSAGE = 8192
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Handed:
    """What the stream process is told with a connection: the head to send, and where to go on.

    ``after`` is the last serial number the screen has seen, None at its first visit; ``screen``
    the row of a linked screen, None for somebody with an account.
    """

    head: str
    after: int | None = None
    screen: int | None = None


def socket_path(home: Path) -> Path:
    """Give the place where connections are handed over; one only the web's user may write to."""
    path = home / "web" / SOCKET
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise NotAvailable("supervision.path-too-long", where=str(path), most=LONGEST_PATH)
    return path


def hand_over(path: Path, connection: socket.socket, handed: Handed) -> None:
    """Pass a connection on, and leave a dead one in its place for the web server to close.

    Raises
    ------
    NotAvailable
        ``supervision.no-stream``: the stream process is not there, or the connection is one that
        only this process can speak on (TLS ended in the web server).
    """
    if isinstance(connection, ssl.SSLSocket):
        raise NotAvailable("supervision.no-stream", where="tls")
    message = json.dumps(asdict(handed)).encode()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.settimeout(ANSWER_SECONDS)
            door.connect(str(path))
            socket.send_fds(door, [message], [connection.fileno()])
            if door.recv(1) != b"+":
                raise OSError("refused")
    except OSError as error:
        raise NotAvailable("supervision.no-stream", where="stream") from error
    _let_go(connection)


def _let_go(connection: socket.socket) -> None:
    """Put a socket that leads nowhere under the number of this one.

    The web server shuts down what it served; were it still the browser's connection, the stream
    would end with the request.
    """
    here, there = socket.socketpair()
    with here, there:
        os.dup2(here.fileno(), connection.fileno(), inheritable=False)


def receive(door: socket.socket) -> tuple[Handed, socket.socket] | None:
    """Take a connection over; None when what came is not one."""
    message, descriptors, _flags, _address = socket.recv_fds(door, LONGEST_MESSAGE, 1)
    if not message or len(descriptors) != 1:
        for descriptor in descriptors:
            os.close(descriptor)
        return None
    connection = socket.socket(fileno=descriptors[0])
    try:
        handed = Handed(**json.loads(message))
    except (ValueError, TypeError):
        connection.close()
        return None
    return handed, connection
