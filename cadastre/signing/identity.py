"""Hold the key that signs certificates, and the chain that says whose it is.

A real key comes by configuration: ``CADASTRE_SIGN_KEY`` names a PKCS#12 file, or a PEM file that
holds key, certificate and chain; ``CADASTRE_SIGN_PASSPHRASE_FILE`` the file of its passphrase.
Both must be closed to everybody but the signing user. A key in a token (PKCS#11) is reached by
pyHanko's ``PKCS11Signer``: give it in place of the ``SimpleSigner`` made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.signing.demonstration import make_demonstration
from cadastre.signing.place import SignPlace

DEMONSTRATION_FILE = "demonstration.pem"


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
        make_demonstration(path)
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
