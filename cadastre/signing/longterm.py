"""Ask those above the key: an authority for the time, and for what proves nothing was revoked.

With ``CADASTRE_SIGN_TSA`` a signature tells when it was made (PAdES B-T). With
``CADASTRE_SIGN_TRUST`` besides, a PEM file of the roots above the key and above the authority, the
certificates, revocation lists and OCSP answers that a reader needs are fetched as a paper is
signed and kept inside it (B-LT): it can be checked when the servers that gave them are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from cadastre.config import Settings
from cadastre.errors import NotAvailable

ANSWER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Authorities:
    """Whom the signer asks; ``roots`` are those a reader will trust, DER read."""

    stamper: TimeStamper | None = None
    roots: tuple[x509.Certificate, ...] = ()

    @property
    def level(self) -> str:
        """Return the level of PAdES (ETSI EN 319 142-1) that papers reach."""
        if self.stamper is None:
            return "B-B"
        return "B-LT" if self.roots else "B-T"

    def revocation(self) -> ValidationContext | None:
        """Give what fetches the proofs of no revocation, afresh for each paper; None below B-LT.

        A certificate whose revocation cannot be asked about fails: a paper that claims to stand by
        itself must.
        """
        if self.level != "B-LT":
            return None
        return ValidationContext(
            trust_roots=list(self.roots),
            allow_fetching=True,
            revocation_mode="require",
            fetcher_backend=RequestsFetcherBackend(per_request_timeout=ANSWER_SECONDS),
        )


NOBODY = Authorities()


def authorities_of(settings: Settings) -> Authorities:
    """Give whom a deployment asks.

    Raises
    ------
    NotAvailable
        ``signing.bad-trust``: no certificate can be read in the file; ``signing.trust-alone``:
        there is none to stamp the time, without which proofs of revocation prove nothing.
    """
    stamper = stamper_at(settings.sign_tsa)
    if not settings.sign_trust:
        return Authorities(stamper)
    if stamper is None:
        raise NotAvailable("signing.trust-alone", where="CADASTRE_SIGN_TSA")
    return Authorities(stamper, _roots(Path(settings.sign_trust)))


def stamper_at(address: str | None) -> TimeStamper | None:
    """Give the time-stamping authority at an address; None where none is configured."""
    return HTTPTimeStamper(address, timeout=ANSWER_SECONDS) if address else None


def _roots(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        found = certificates.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise NotAvailable("signing.bad-trust", where=str(path)) from fault
    return tuple(x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in found)
