"""Seal what happened: a Merkle tree over the journal (RFC 9162), its signed heads, its proofs.

Pure: bytes in, bytes out. What is sealed and when is the business of
:mod:`cadastre.services.sealed_log`; how a citizen checks it without us, of
``scripts/verify_register.py``, which shares no line with this room on purpose.
"""

from __future__ import annotations
