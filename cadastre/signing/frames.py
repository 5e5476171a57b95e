"""Speak over the socket: a JSON header of limited length, then bytes it announces."""

from __future__ import annotations

import json
import socket
from typing import Any

MOST_HEADER_BYTES = 4_096
MOST_BODY_BYTES = 8_000_000
LENGTH_BYTES = 4


class Garbled(Exception):
    """The other side does not speak as agreed."""


def send(connection: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Write one message."""
    told = json.dumps({**header, "length": len(body)}).encode()
    connection.sendall(len(told).to_bytes(LENGTH_BYTES, "big") + told + body)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Read one message; nothing is read beyond what the limits allow.

    Raises
    ------
    Garbled
        Too long, cut short, or no JSON object.
    """
    size = int.from_bytes(_exactly(connection, LENGTH_BYTES), "big")
    if not 0 < size <= MOST_HEADER_BYTES:
        raise Garbled("header length")
    try:
        header = json.loads(_exactly(connection, size))
    except (ValueError, RecursionError) as fault:
        raise Garbled("header") from fault
    length = header.get("length") if isinstance(header, dict) else None
    if not isinstance(length, int) or isinstance(length, bool):
        raise Garbled("header")
    if not 0 <= length <= MOST_BODY_BYTES:
        raise Garbled("body length")
    return header, _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        piece = connection.recv(min(65_536, count - len(received)))
        if not piece:
            raise Garbled("cut short")
        received += piece
    return bytes(received)
