"""Shorten the name of a kind of title to the letters that stand on the map."""

from __future__ import annotations

import re

from cadastre.rules.substances import plain

FRENCH_SMALL = {
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour",
}  # fmt: skip
ENGLISH_SMALL = {"a", "an", "and", "for", "of", "on", "the", "to"}
SMALL_WORDS = FRENCH_SMALL | ENGLISH_SMALL
MOST = 4


def letters_of(name: str) -> str:
    """Give the initials of a name's weighty words: *permis de recherche* is ``PR``."""
    words = [word for word in re.split(r"[^a-z0-9]+", plain(name)) if word]
    weighty = [word for word in words if word not in SMALL_WORDS]
    return "".join(word[0] for word in weighty[:MOST]).upper()
