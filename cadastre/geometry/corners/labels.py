"""Part a line into the label of its corner and the rest."""

from __future__ import annotations

from cadastre.geometry.corners.characters import fold
from cadastre.geometry.corners.words import AXIS_WORD, INTRODUCED_LABEL, LEADING_LABEL


def split_label(line: str) -> tuple[str, str]:
    """Give the label that opens a line (perhaps none) and what follows it.

    Understands ``Point C :``, ``Sommet n° 4``, ``BCB``, ``BC A __``, ``B1``, ``S-2``, ``K-----``.
    """
    folded = fold(line)
    found = INTRODUCED_LABEL.match(folded)
    if found and (found[1].strip() or found.end() < len(line)):
        label = line[found.start(1) : found.end(1)].strip()
        return label, line[found.end() :]
    head = LEADING_LABEL.match(line)
    if head and not _is_axis(head[1]):
        return head[1].rstrip("-. ").strip(), line[head.end() :]
    return "", line


def _is_axis(word: str) -> bool:
    return len(word) > 1 and AXIS_WORD.fullmatch(fold(word)) is not None
