"""Ask the signing process from any other process, which never sees the key."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.signing.frames import Garbled, receive, send
from cadastre.signing.place import SignPlace

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SignerFacts:
    """Who signs: subject and SHA-256 of the certificate, and how it is kept from the asker.

    ``is_isolated`` tells that the asker's system user is another than the signer's, and not root.
    ``level`` is that of PAdES: B-B, or B-T with a time stamp.
    """

    subject: str
    certificate_sha256: str
    is_demonstration: bool
    is_isolated: bool
    level: str


class Signer(Protocol):
    """Whoever can say who signs, and sign a paper."""

    def about(self) -> SignerFacts:
        """Say who signs."""

    def sign(self, pdf: bytes, *, kind: str, code: str, is_demonstration: bool) -> bytes:
        """Give the signed paper."""


class SigningClient:
    """The signing process behind its socket; a connection a question."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def about(self) -> SignerFacts:
        """Say who signs.

        Raises
        ------
        NotAvailable
            ``signing.not-answering``.
        """
        told, _ = self._ask({"verb": "about"})
        return SignerFacts(**{name: told[name] for name in SignerFacts.__dataclass_fields__})

    def sign(self, pdf: bytes, *, kind: str, code: str, is_demonstration: bool) -> bytes:
        """Give the signed paper.

        Raises
        ------
        NotAvailable
            ``signing.not-answering``, or ``signing.refused`` with the reason of the process.
        """
        wish = {"verb": "sign", "kind": kind, "code": code, "demonstration": is_demonstration}
        return self._ask(wish, pdf)[1]

    def _ask(self, header: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(ANSWER_SECONDS)
                connection.connect(str(self.path))
                send(connection, header, body)
                told, answer = receive(connection)
        except (OSError, Garbled) as fault:
            raise NotAvailable("signing.not-answering") from fault
        if "refused" in told:
            raise NotAvailable("signing.refused", reason=told["refused"])
        return told, answer


def signing_client(settings: Settings) -> SigningClient:
    """Give the signing process of a deployment; it is only asked when something is signed."""
    return SigningClient(SignPlace(settings.home).socket)
