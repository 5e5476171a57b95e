"""The few French and English words that surround coordinates in orders and spreadsheets."""

from __future__ import annotations

import re

from cadastre.geometry.corners.cells import Axis

# Hemisphere words and letters: axis and sign. O is Ouest; in an English text it may be asked.
HEMISPHERES: dict[str, tuple[Axis, int]] = {
    "n": (Axis.Y, 1), "nord": (Axis.Y, 1), "north": (Axis.Y, 1),
    "s": (Axis.Y, -1), "sud": (Axis.Y, -1), "south": (Axis.Y, -1),
    "e": (Axis.X, 1), "est": (Axis.X, 1), "east": (Axis.X, 1),
    "w": (Axis.X, -1), "ouest": (Axis.X, -1), "west": (Axis.X, -1),
    "o": (Axis.X, -1),
}  # fmt: skip

# Words that only introduce a label.
_INTRODUCING = (
    r"(?:points?|pts?|sommets?|bornes?|angles?|corners?|vertex|pillars?|stations?|beacons?)"
)
INTRODUCED_LABEL = re.compile(
    rf"^\W{{0,4}}{_INTRODUCING}\.?\s{{0,3}}(?:n\s?[°o]?\.?\s?)?"
    r"([a-z]{1,4}(?:-?\d{1,4}|\s\d{1,4}(?=\s{0,2}[:)=]))?'?|\d{1,4}[a-z]?|)(?![a-z\d°.,])\s*[:.)=-]?"
)
# The same within a sentence: Beacon A: Lat. …
TOLD_LABEL = re.compile(
    rf"(?<![A-Za-z]){_INTRODUCING}\s{{1,3}}([A-Z]{{1,2}}\d{{0,3}}|\d{{1,3}})(?=\s{{0,2}}[:,(])",
    re.IGNORECASE,
)
# A label at the head of a line: BCB, BC A, B1, S-2, 12., A), (3)
LEADING_LABEL = re.compile(
    r"^\W{0,3}([A-Za-z]{1,4}(?:\s[A-Za-z](?=[\s_:.]))?[-.]?\d{0,4}['*]?)(?=[\s_:.;,|)=(-]|$)\s*[:.)=_]{0,3}"
)

_AXIS_WORDS = {
    Axis.X: r"longitudes?|long|lon|lng|eastings?|est|east|x|m[ée]ridiens?|ouest|west",
    Axis.Y: r"latitudes?|lat|northings?|nord|north|y|parall[eè]les?|sud|south",
}
AXIS_WORD = re.compile(
    rf"(?<![a-z])(?:(?P<x>{_AXIS_WORDS[Axis.X]})|(?P<y>{_AXIS_WORDS[Axis.Y]}))(?![a-z])"
)

RING_OUT = re.compile(
    r"p[ée]rim[eè]tre ext[ée]rieur|contour ext[ée]rieur"
    r"|(?:outer|exterior) (?:ring|boundary|perimeter)"
)
RING_IN = re.compile(
    r"[àa] l'exclusion|a l'exception|exclusion|exclues?\b|exclus\b|excluding|exclave|enclave"
    r"|p[ée]rim[eè]tre int[ée]rieur|contour int[ée]rieur"
    r"|(?:inner|interior) (?:ring|boundary|perimeter)"
    r"|d[ée]duction faite|hors (?:de )?la zone"
)
ANOTHER_PART = re.compile(
    r"^\W*(?:bloc|block|parcelle|parcel|lot|partie|zone|polygone?|p[ée]rim[eè]tre)\s{1,3}(?:n\s?°?\s?)?(?:[ivx]{1,4}|\d{1,2}|[a-h])\W*$"
)

_FRENCH_OR_ENGLISH = re.compile(r"[^\W\d_]{3,}")


def count_words(folded: str) -> int:
    """Count the words of three letters and more: a line of many is a sentence, not a row."""
    return len(_FRENCH_OR_ENGLISH.findall(folded))
