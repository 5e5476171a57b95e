"""Turn a walk along a boundary into the table it describes.

Orders sometimes tell a perimeter in sentences: ``Point C : intersection du parallèle … et du
méridien …``,
or ``jusqu'au point B (582 128, 674 327)``. The corners named are put one to a line; distances and
bearings
between them are left out.
"""

from __future__ import annotations

import re

from cadastre.geometry.corners.angular import find_angles
from cadastre.geometry.corners.cells import Row
from cadastre.geometry.corners.characters import fold

_CROSSING = re.compile(
    r"(?:point|sommet|borne)\s{1,3}([a-z]\d{0,3}'?)\s{0,3}[:,;.-]{0,2}\s{0,3}(?:est\s|a\s|situe\s){0,3}(?:l\s?')?intersection"
)
_NEXT_POINT = re.compile(
    r"(?:du|de|au)\s{1,3}point|(?:point|sommet|borne)\s{1,3}[a-z]\d{0,3}'?\s{0,3}[:,]|\barticle\b"
)
# A digit, a space between thousands, or a letter that stands for a digit among digits.
_DIGIT = r"(?:[\d ]|(?<=[\dlIO])[lIO](?![a-z])|[lIO](?=\d))"
_BRACKET = re.compile(
    r"(?<![a-z])(?:point|sommet|borne)?[ ]{0,2}(?:de base[ ])?"
    r"(?<![a-z])([A-ZÀ]\d{0,3})[ ,]{0,3}(?:\([^()\d\n]{0,30})?\([ ]{0,2}"
    rf"(\d{_DIGIT}{{3,9}}(?:[.,]\d{{1,3}}(?!\d))?)[ ]{{0,2}}[,;]"
    rf"[ ]{{0,2}}(\d{_DIGIT}{{3,9}}(?:\.\d{{1,3}}(?!\d))?)"
)


def read_crossings(text: str) -> list[Row]:
    """Give the corners told as crossings of a parallel and a meridian; none when there are none."""
    flat = text.replace("\n", " ")
    folded = fold(flat)
    rows = []
    for found in _CROSSING.finditer(folded):
        after = _NEXT_POINT.search(folded, found.end(), found.end() + 400)
        part = flat[found.end() : after.start() if after else found.end() + 200]
        cells, _ = find_angles(part)
        label = flat[found.start(1) : found.end(1)].upper()
        rows.append(Row(label, tuple(cells[:2]), text.count("\n", 0, found.start()), part.strip()))
    return rows


_NAMED_RING = re.compile(
    r"(?:points?|sommets?|bornes?|corners?)\s{1,3}((?:[A-Z]\d{0,3}'?(?:\s{0,2},\s{0,2}|\s(?:et|and)\s)){2,40}"
    r"[A-Z]\d{0,3}'?)\s{1,3}(?:d[ée]limitent|d[ée]finissent|forment|bound|delimit|enclose)\b"
)


def read_named_rings(text: str) -> tuple[tuple[str, ...], ...]:
    """Give the rings a sentence names by the labels of their corners; usually none."""
    flat = text.replace("\n", " ")
    return tuple(
        tuple(re.findall(r"(?<![^\W\d_])[A-Z]\d{0,3}'?(?![^\W\d_])", found[1]))
        for found in _NAMED_RING.finditer(flat)
    )


def brackets_as_table(text: str) -> str | None:
    """Give corners told as ``point B (582 128, 674 327)`` one to a line; None when they are not."""
    flat = text.replace("\n", " ")
    told = dict.fromkeys((found[1], found[2], found[3]) for found in _BRACKET.finditer(flat))
    if len(told) < 3:
        return None
    return "\n".join(
        "\t".join((label, x.replace(" ", ""), y.replace(" ", ""))) for label, x, y in told
    )
