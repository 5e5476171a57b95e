"""Decide what may be signed: papers of known kinds, made by us, that say what is written down.

A paper names itself in its PDF keywords (:func:`mark`), so that the log of signatures tells what
was really signed, whatever the asking process claims.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from cadastre.errors import NotAllowed, UnusableInput
from cadastre.vocabulary import CertificateKind

FORM = "cadastre-certificate/1"
DEMONSTRATION = "demonstration"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\Z")
KINDS = frozenset(kind.value for kind in CertificateKind)
PDF_START = b"%PDF-1.7"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A signature asked for: on a paper of which kind, with which code, for show or for real."""

    kind: str
    code: str
    is_demonstration: bool


def mark(wanted: Wanted) -> str:
    """Give the keywords by which a paper names itself."""
    words = (FORM, wanted.kind, wanted.code, DEMONSTRATION if wanted.is_demonstration else "")
    return " ".join(word for word in words if word)


def read_wish(header: dict[str, Any]) -> Wanted:
    """Read what is asked.

    Raises
    ------
    UnusableInput
        ``signing.unknown-kind`` or ``signing.bad-code``.
    """
    kind, code = header.get("kind"), header.get("code")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnusableInput("signing.unknown-kind", where=str(kind)[:40])
    if not isinstance(code, str) or not CODE.match(code):
        raise UnusableInput("signing.bad-code", where=str(code)[:40])
    return Wanted(kind, code, header.get("demonstration") is True)


def ensure_signable(pdf: bytes, wanted: Wanted, *, key_is_demonstration: bool) -> None:
    """Refuse to sign what is not such a paper.

    Raises
    ------
    UnusableInput
        ``signing.not-our-paper``: not an unsigned PDF that names itself as asked.
    NotAllowed
        ``signing.demonstration-key`` or ``signing.real-key``: key and paper are not of one sort.
    """
    if wanted.is_demonstration != key_is_demonstration:
        code = "signing.demonstration-key" if key_is_demonstration else "signing.real-key"
        raise NotAllowed(code, where=wanted.code)
    if not pdf.startswith(PDF_START) or keywords_of(pdf) != mark(wanted):
        raise UnusableInput("signing.not-our-paper", where=wanted.code)


def keywords_of(pdf: bytes) -> str | None:
    """Read the keywords of an unsigned PDF; None when it cannot be read or is signed already."""
    # Deferred: the library weighs on every process that imports it.
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        if reader.embedded_signatures:
            return None
        return str(reader.trailer["/Info"]["/Keywords"])
    except Exception:  # whatever a hostile file breaks in the parser, it is not a paper of ours
        return None
