"""Make the key of a demonstration, whose chain says in its names that it is of no value.

The key of the root is forgotten as soon as it has signed, so that nobody can issue more with it.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

RSA_BITS = 3072  # RSA rather than a curve: every reader that offices still have checks it
YEARS = 10
PRIVATE_FORMAT = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_demonstration(path: Path) -> None:
    """Write a fresh key with its chain, never readable by others, not even while it is written."""
    root_key, key = (generate_private_key(65537, RSA_BITS) for _ in range(2))
    root_name = _name("Racine de démonstration / Demonstration root")
    name = _name("DÉMONSTRATION sans valeur / DEMONSTRATION, no value")
    root = _certificate(root_name, root_name, root_key, root_key, is_root=True)
    leaf = _certificate(name, root_name, key, root_key, is_root=False)
    pem = key.private_bytes(*PRIVATE_FORMAT) + b"".join(
        one.public_bytes(Encoding.PEM) for one in (leaf, root)
    )
    fresh = path.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    fresh.replace(path)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cadastre (démonstration)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPrivateKey,
    by: RSAPrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign",
         "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    granted = ("key_cert_sign", "crl_sign") if is_root else ("content_commitment",)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage | dict.fromkeys(granted, True)), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    return builder.sign(by, hashes.SHA256())
