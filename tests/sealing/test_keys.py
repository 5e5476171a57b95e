"""Prove that keys stay private, are never overwritten, and sign."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cadastre.errors import NotAvailable
from cadastre.sealing.keys import is_signed, open_key


def test_a_demonstration_makes_a_key_only_its_owner_reads_and_keeps_it(tmp_path):
    path = tmp_path / "keys" / "log.pem"
    key = open_key(path, may_make=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again = open_key(path, may_make=True)
    assert again.public_key == key.public_key
    assert [file.name for file in path.parent.iterdir()] == ["log.pem"]
    signature = key.sign(b"head")
    assert is_signed(key.public_key, b"head", signature)
    assert not is_signed(key.public_key, b"heae", signature)
    assert not is_signed(b"short", b"head", signature)


def test_production_is_given_its_key(tmp_path):
    with pytest.raises(NotAvailable, match=r"log\.no-key"):
        open_key(tmp_path / "log.pem", may_make=False)


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "log.pem"
    open_key(path, may_make=True)
    path.chmod(0o640)
    with pytest.raises(NotAvailable, match=r"log\.key-open-to-others"):
        open_key(path, may_make=False)


def test_another_sort_of_key_is_refused(tmp_path):
    path = tmp_path / "log.pem"
    other = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for content in (b"not a key", other):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(NotAvailable, match=r"log\.bad-key"):
            open_key(path, may_make=False)
