"""Pieces before a scanner that speaks clamd's protocol over a real socket."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from cadastre.errors import NotAvailable, UnusableInput
from cadastre.exchange.pieces.antivirus import Scan, scan

MARK = b"X5O-ESSAI-DE-VIRUS"


@pytest.fixture
def scanner() -> Iterator[str]:
    """Run a scanner that finds one mark, on a port of its own; give its address."""
    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}"
    # A thread that waits in accept() is only woken by shutting the socket down.
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def _serve(server: socket.socket) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line:
            content = _streamed(line)
            found = MARK in content
            line.sendall(b"stream: Essai-Virus FOUND\0" if found else b"stream: OK\0")


def _streamed(line: socket.socket) -> bytes:
    reader = line.makefile("rb")
    assert reader.read(10) == b"zINSTREAM\0"
    content = b""
    while (size := struct.unpack("!L", reader.read(4))[0]) > 0:
        content += reader.read(size)
    return content


def test_a_clean_piece_passes(scanner: str) -> None:
    assert scan(b"%PDF-1.7 " + b"0" * 200_000, "statuts.pdf", scanner) is Scan.CLEAN


def test_a_virus_is_named_and_the_piece_refused(scanner: str) -> None:
    with pytest.raises(UnusableInput) as refusal:
        scan(b"0" * 70_000 + MARK, "statuts.pdf", scanner)
    assert refusal.value.code == "pieces.infected"
    assert refusal.value.values["name"] == "Essai-Virus"


def test_a_scanner_that_does_not_answer_lets_nothing_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotAvailable):
        scan(MARK, "statuts.pdf", f"127.0.0.1:{port}")


def test_without_a_scanner_it_is_said_that_nothing_was_scanned() -> None:
    assert scan(MARK, "statuts.pdf", None) is Scan.NOT_SCANNED
