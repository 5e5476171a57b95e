"""Sign in this process, by the same rules as the real one: for tests that only need papers."""

from __future__ import annotations

from cadastre.signing.client import SignerFacts
from cadastre.signing.identity import Identity
from cadastre.signing.pades import sign_pdf
from cadastre.signing.policy import ensure_signable, read_wish


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
        return sign_pdf(self.identity, pdf, reason=code)
