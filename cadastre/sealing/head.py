"""State size and root of the log at an instant, in five lines that can be printed and signed."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any

FORM = "cadastre-log/1"


@dataclass(frozen=True, slots=True)
class Head:
    """A statement about the log ``origin``: it held ``size`` entries under this root."""

    origin: str
    size: int
    root: bytes
    signed_at: dt.datetime

    def text(self) -> str:
        """Write the five lines over which the signature is made."""
        instant = self.signed_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        root = base64.b64encode(self.root).decode()
        return f"{FORM}\n{self.origin}\n{self.size}\n{root}\n{instant}\n"

    def signed_bytes(self) -> bytes:
        """Give the bytes over which the signature is made."""
        return self.text().encode()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with its signature and the public key that proves it."""

    head: Head
    key_id: str
    public_key: bytes
    signature: bytes

    def json(self) -> dict[str, Any]:
        """Give it as published: hashes and signature in base64, the text as it was signed."""
        return {
            "size": self.head.size,
            "root": base64.b64encode(self.head.root).decode(),
            "signed_at": self.head.signed_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "text": self.head.text(),
            "key_id": self.key_id,
            "public_key": base64.b64encode(self.public_key).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }

    def sheet(self) -> str:
        """Give the head as text for paper: the signed lines, then key and signature."""
        public_key, signature = (
            base64.b64encode(value).decode() for value in (self.public_key, self.signature)
        )
        return f"{self.head.text()}key {public_key}\nsignature {signature}\n"
