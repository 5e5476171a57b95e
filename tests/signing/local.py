"""Sign in this process, by the same rules as the real one: for tests that only need papers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from cadastre.signing.client import SignerFacts
from cadastre.signing.identity import Identity
from cadastre.signing.pades import sign_pdf
from cadastre.signing.policy import ensure_signable, read_wish


def signed_aside(identity: Identity, pdf: bytes, reason: str) -> bytes:
    """Sign in a thread of its own: the library starts an event loop, and a browser's runs here."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(sign_pdf, identity, pdf, reason=reason).result()


class LocalSigner:
    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.signed = 0

    def about(self) -> SignerFacts:
        return SignerFacts(
            "tests", self.identity.sha256, self.identity.is_demonstration, False, "B-B"
        )

    def sign(self, pdf: bytes, *, kind: str, code: str, is_demonstration: bool) -> bytes:
        wanted = read_wish({"kind": kind, "code": code, "demonstration": is_demonstration})
        ensure_signable(pdf, wanted, key_is_demonstration=self.identity.is_demonstration)
        self.signed += 1
        return signed_aside(self.identity, pdf, code)
