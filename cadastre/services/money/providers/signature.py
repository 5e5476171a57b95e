"""Sign messages between the cadastre and a payment provider, and check what arrives.

A signature is an HMAC-SHA-256 over the second it was made and the exact bytes of the message, with
a secret both sides hold: ``t=1700000000,v1=<hex>``. An old one is refused, so that a message seen
on the way cannot be played again later.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from cadastre.errors import NotAllowed

HEADER = "Payment-Signature"
WINDOW_SECONDS = 300
FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: float) -> str:
    """Give the header that signs a message at an instant (seconds of the Unix clock)."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


def check(secret: str, body: bytes, header: str | None, now: float) -> None:
    """Require the signature of a message to hold and to be recent.

    Raises
    ------
    NotAllowed
        ``money.bad-signature``, or ``money.stale-message``: more than five minutes from now.
    """
    found = FORM.fullmatch(header or "")
    if found is None:
        raise NotAllowed("money.bad-signature", where=HEADER)
    stamp = int(found[1])
    if not hmac.compare_digest(sign(secret, body, stamp), header or ""):
        raise NotAllowed("money.bad-signature", where=HEADER)
    if abs(now - stamp) > WINDOW_SECONDS:
        raise NotAllowed("money.stale-message", where=HEADER)
