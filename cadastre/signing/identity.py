"""Hold the key that signs certificates, and the chain that says whose it is.

A real key comes by configuration: ``CADASTRE_SIGN_KEY`` names a PKCS#12 file, or a PEM file that
holds key, certificate and chain; ``CADASTRE_SIGN_PASSPHRASE_FILE`` the file of its passphrase.
Both must be closed to everybody but the signing user. A key in a token (PKCS#11) is reached by
pyHanko's ``PKCS11Signer``: give it in place of the ``SimpleSigner`` made here.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.signing.place import SignPlace

DEMONSTRATION_FILE = "demonstration.pem"
RSA_BITS = 3072  # RSA rather than a curve: every reader that offices still have checks it
DEMONSTRATION_YEARS = 10
PRIVATE_FORMAT = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class Identity:
    """A key with its certificate and the certificates above it, leaf first."""

    key: bytes  # PKCS#8, DER
    chain: tuple[x509.Certificate, ...]
    is_demonstration: bool

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate of the key itself."""
        return self.chain[0]

    @property
    def sha256(self) -> str:
        """Return the fingerprint of the certificate."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def signer(self) -> SimpleSigner:
        """Give it as the PDF library takes it."""
        leaf, *above = [
            asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in self.chain
        ]
        store = SimpleCertificateStore()
        store.register_multiple(above)
        key = asn1_keys.PrivateKeyInfo.load(self.key)
        return SimpleSigner(signing_cert=leaf, signing_key=key, cert_registry=store)


def open_identity(settings: Settings) -> Identity:
    """Open the configured key, or that of the demonstration, made the first time.

    Raises
    ------
    NotAvailable
        ``signing.no-key`` outside a demonstration, ``signing.key-open-to-others``,
        ``signing.bad-key``.
    """
    if settings.sign_key:
        path = Path(settings.sign_key)
        return _read(path, _passphrase(settings), is_demonstration=False)
    if not settings.is_demo:
        raise NotAvailable("signing.no-key", where="CADASTRE_SIGN_KEY")
    path = SignPlace(settings.home).keys / DEMONSTRATION_FILE
    if not path.exists():
        _make_demonstration(path)
    return _read(path, None, is_demonstration=True)


def _read(path: Path, passphrase: bytes | None, *, is_demonstration: bool) -> Identity:
    try:
        if path.stat().st_mode & 0o077:
            raise NotAvailable("signing.key-open-to-others", where=str(path))
        content = path.read_bytes()
        key, chain = (
            _pem(content, passphrase) if content.startswith(b"-----") else _p12(content, passphrase)
        )
    except (OSError, ValueError, TypeError) as fault:
        raise NotAvailable("signing.bad-key", where=str(path)) from fault
    return Identity(key, chain, is_demonstration)


def _pem(content: bytes, passphrase: bytes | None) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    key = load_pem_private_key(content, passphrase)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return der, tuple(x509.load_pem_x509_certificates(content))


def _p12(content: bytes, passphrase: bytes | None) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    store = load_pkcs12(content, passphrase)
    if store.key is None or store.cert is None:
        raise ValueError("no key with its certificate")
    der = store.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    above = (one.certificate for one in store.additional_certs)
    return der, (store.cert.certificate, *above)


def _passphrase(settings: Settings) -> bytes | None:
    if not settings.sign_passphrase_file:
        return None
    path = Path(settings.sign_passphrase_file)
    try:
        if path.stat().st_mode & 0o077:
            raise NotAvailable("signing.key-open-to-others", where=str(path))
        return path.read_bytes().strip()
    except OSError as fault:
        raise NotAvailable("signing.bad-key", where=str(path)) from fault


def _make_demonstration(path: Path) -> None:
    """Write a key with its chain; the root's key is forgotten, so that it signs nothing else."""
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
        .not_valid_after(now + dt.timedelta(days=365 * DEMONSTRATION_YEARS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage | dict.fromkeys(granted, True)), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    return builder.sign(by, hashes.SHA256())
