"""The key comes from a file closed to others, of either sort, or a demonstration makes its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from cadastre.config import read_settings
from cadastre.errors import NotAllowed, NotAvailable, UnusableInput
from cadastre.signing.identity import Identity, open_identity
from cadastre.signing.place import LONGEST_SOCKET_PATH, SignPlace
from cadastre.signing.policy import Wanted, ensure_signable, read_wish


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    home = tmp_path_factory.mktemp("identity")
    SignPlace(home).make_folders()
    return open_identity(read_settings({"CADASTRE_HOME": str(home)}))


def closed(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    path.chmod(0o600)
    return str(path)


def test_a_demonstration_says_so_in_its_subject_and_is_made_once(identity, tmp_path):
    assert identity.is_demonstration
    assert "DEMONSTRATION" in identity.certificate.subject.rfc4514_string()
    assert [one.issuer for one in identity.chain] == [identity.chain[1].subject] * 2
    SignPlace(tmp_path).make_folders()
    settings = read_settings({"CADASTRE_HOME": str(tmp_path)})
    assert open_identity(settings).sha256 == open_identity(settings).sha256 != identity.sha256


def test_a_real_key_is_read_from_pem_and_from_pkcs12(identity, tmp_path):
    key = load_der_private_key(identity.key, None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + b"".join(
        one.public_bytes(Encoding.PEM) for one in identity.chain
    )
    told = {"CADASTRE_SIGN_KEY": closed(tmp_path / "real.pem", pem)}
    assert open_identity(read_settings(told)) == Identity(identity.key, identity.chain, False)
    store = serialize_key_and_certificates(
        b"office", key, identity.certificate, identity.chain[1:], BestAvailableEncryption(b"secret")
    )
    told = {
        "CADASTRE_SIGN_KEY": closed(tmp_path / "real.p12", store),
        "CADASTRE_SIGN_PASSPHRASE_FILE": closed(tmp_path / "passphrase", b"secret\n"),
    }
    assert open_identity(read_settings(told)).chain == identity.chain
    told["CADASTRE_SIGN_PASSPHRASE_FILE"] = closed(tmp_path / "other", b"wrong")
    with pytest.raises(NotAvailable, match="bad-key"):
        open_identity(read_settings(told))


def test_a_key_open_to_others_or_missing_is_refused(tmp_path):
    path = tmp_path / "open.pem"
    path.write_bytes(b"-----BEGIN")
    path.chmod(0o644)
    with pytest.raises(NotAvailable, match="open-to-others"):
        open_identity(read_settings({"CADASTRE_SIGN_KEY": str(path)}))
    with pytest.raises(NotAvailable, match="bad-key"):
        open_identity(read_settings({"CADASTRE_SIGN_KEY": str(tmp_path / "none")}))
    with pytest.raises(NotAvailable, match="no-key"):
        open_identity(read_settings({"CADASTRE_ENV": "production"}))


def test_a_real_key_signs_nothing_for_show():
    wanted = Wanted("title", "7K4M-Q2XN-9RTC-B5HW", True)
    with pytest.raises(NotAllowed, match="real-key"):
        ensure_signable(b"", wanted, key_is_demonstration=False)


@pytest.mark.parametrize(
    "header", [{}, {"kind": ["title"]}, {"kind": "title", "code": "7K4M"}, {"kind": 1, "code": 2}]
)
def test_a_wish_must_be_plain(header):
    with pytest.raises(UnusableInput):
        read_wish(header)


def test_a_long_home_still_has_a_socket(tmp_path):
    deep = SignPlace(tmp_path / ("x" * 200))
    assert len(str(deep.socket)) <= LONGEST_SOCKET_PATH
    assert deep.socket != SignPlace(tmp_path / ("y" * 200)).socket
