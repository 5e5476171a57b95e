"""Bring the characters of a pasted text to the few that carry meaning in coordinates.

Word processors, scanners and web pages write the same degree sign, prime or space in a dozen ways.
Nothing is decided here: digits stay as they are, and a letter O stays a letter O.
"""

from __future__ import annotations

import re
import unicodedata

_DEGREES = "º˚ᵒ⁰∘◦"
_PRIMES = "’‘‛′´`ʹʼˈ＇"
_DOUBLE_PRIMES = "″”“„‟ʺ˝＂"
_MINUSES = "−﹣－"
_DASHES = "–—―‒"
_SPACES = "\u00a0\u2007\u2009\u200a\u202f\u2002\u2003\u2004\u2005\u2006\u2008\u205f\u3000"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"

_TABLE = str.maketrans(
    {
        **dict.fromkeys(_DEGREES, "°"),
        **dict.fromkeys(_PRIMES, "'"),
        **dict.fromkeys(_DOUBLE_PRIMES, '"'),
        **dict.fromkeys(_MINUSES, "-"),
        **dict.fromkeys(_DASHES, "—"),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_INVISIBLE, None),
        "…": "...",
        "·": ".",
        "²": "2",
        "«": " ",
        "»": " ",
    }
)
_COMBINING = {"\u030a": "°", "\u0301": "'", "\u0300": "'", "\u030b": '"', "\u030f": '"'}


def clean(text: str) -> str:
    """Give the text with one written form per mark and line end, without hidden characters."""
    plain = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    )
    plain = plain.translate(_TABLE)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", _marks_on_digits(plain))
        plain = "".join(_digit(character) for character in plain)
    plain = plain.replace("''", '"').replace("\u2028", "\n").replace("\u2029", "\n")
    plain = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", " ", plain)
    return re.sub(r"(?:(?<=^)|(?<=[\s(;|,]))—(?=\d)", "-", plain, flags=re.MULTILINE)


def _marks_on_digits(text: str) -> str:
    """Turn an accent that a scanner hung on a digit into the mark it stands for."""
    return re.sub(
        r"(?<=\d)[\u0300\u0301\u030a\u030b\u030f]", lambda found: _COMBINING[found[0]], text
    )


def _digit(character: str) -> str:
    if not character.isascii() and character.isdecimal():
        return str(unicodedata.decimal(character))
    return character


def fold(text: str) -> str:
    """Give words in lower case without accents, for comparison; the length is kept."""
    return "".join(
        unicodedata.normalize("NFD", character)[0].lower()
        if not character.isascii()
        else character.lower()
        for character in text
    )
