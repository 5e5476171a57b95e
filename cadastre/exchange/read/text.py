"""Turn the bytes of a text file into text, whatever program wrote it."""

from __future__ import annotations

import codecs
import unicodedata

from charset_normalizer import from_bytes

from cadastre.errors import UnusableInput

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ["cp1252", "cp850", "mac_roman"]


def decode(content: bytes, where: str) -> str:
    """Decode UTF-8, UTF-16, UTF-32 or the code pages of Windows, DOS and old Macs.

    Raises
    ------
    UnusableInput
        ``exchange.not-text``: the bytes are no text in any of them.
    """
    text = _decoded(content)
    if text is None or _has_controls(text):
        raise UnusableInput("exchange.not-text", where=where)
    return text


def text_encoding(content: bytes) -> str:
    """Name the encoding in which :func:`decode` reads bytes, as people write it."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding.removesuffix("-sig").upper()
    if b"\0" in content[:4000]:
        return "UTF-16"
    if _try(content, "utf-8") is not None:
        return "UTF-8"
    best = from_bytes(content[:50_000], cp_isolation=_CODE_PAGES).best()
    return {"cp1252": "Windows-1252", "cp850": "DOS 850", "mac_roman": "Mac Roman"}.get(
        best.encoding if best else "cp1252", "Windows-1252"
    )


def _decoded(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _try(content, encoding)
    if b"\0" in content[:4000]:
        # Text without a mark has null bytes only in UTF-16: every second byte of plain letters.
        even, odd = content[0:4000:2].count(0), content[1:4000:2].count(0)
        return _try(content, "utf-16-le" if odd > even else "utf-16-be")
    plain = _try(content, "utf-8")
    if plain is not None:
        return plain
    # Short tables give a detector little to go by; the choice among three code pages only moves
    # accents and degree signs, hence a limited list and the most common one as fallback.
    best = from_bytes(content[:50_000], cp_isolation=_CODE_PAGES).best()
    return _try(content, best.encoding if best else "cp1252") or content.decode("latin-1")


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _has_controls(text: str) -> bool:
    """Tell whether a text holds control characters that no table has."""
    return any(
        unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f\v\x1a\x85"
        for sign in text[:20_000]
    )
