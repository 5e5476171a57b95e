"""Sign heads with Ed25519 (RFC 8032); keep the key where only its owner can read it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from cadastre.errors import NotAvailable

KEY_ID_LENGTH = 16
OWNER_ONLY = 0o600
FOLDER_OF_OWNER = 0o700


class SigningKey:
    """The key that signs heads; its public half is known by the start of its hash."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_key = private.public_key().public_bytes_raw()
        self.key_id = key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""
        return self._private.sign(message)


def key_id(public_key: bytes) -> str:
    """Give the short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_LENGTH]


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature over a message was made by the owner of a key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_key(path: Path, *, may_make: bool) -> SigningKey:
    """Read the key of a deployment, making it the first time where that is allowed.

    Raises
    ------
    NotAvailable
        There is none (``log.no-key``), it is not an Ed25519 key in PEM (``log.bad-key``), or
        others may read it (``log.key-open-to-others``).
    """
    if not path.exists():
        if not may_make:
            raise NotAvailable("log.no-key", where=str(path))
        _make(path)
    if path.stat().st_mode & 0o077:
        raise NotAvailable("log.key-open-to-others", where=str(path))
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as fault:
        raise NotAvailable("log.bad-key", where=str(path)) from fault
    if not isinstance(private, Ed25519PrivateKey):
        raise NotAvailable("log.bad-key", where=str(path))
    return SigningKey(private)


def _make(path: Path) -> None:
    """Write a fresh key that is never readable by others, not even while it is being written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_OF_OWNER)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    fresh = path.with_suffix(f".{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, path)  # the first of two that start together wins; nobody overwrites a key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
