"""Caps on what an upload may hold, applied before any geometry library sees it.

Measured: an intersection of two perimeters of 1,000 corners shaped as combs takes half a second,
of 10,000 it ends in the memory limit. A legal perimeter has rarely more than a few dozen corners.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an input may be: bytes, zip members, nesting, features, parts, corners."""

    text_bytes: int = 2 * MEGABYTE
    archive_bytes: int = 10 * MEGABYTE
    unpacked_bytes: int = 50 * MEGABYTE
    members: int = 20
    ratio: int = 100
    depth: int = 8
    features: int = 200
    parts: int = 5
    corners: int = 500
    rows: int = 20_000
    cell_characters: int = 2_000
    table_characters: int = 200_000
    line_characters: int = 20_000
    word_characters: int = 1_000
    attributes: int = 100


UPLOAD = Limits()

# Layers loaded by the operator at the command line: their own files, hence larger, never unbounded.
LAYER = Limits(
    text_bytes=2_000 * MEGABYTE,
    archive_bytes=2_000 * MEGABYTE,
    unpacked_bytes=4_000 * MEGABYTE,
    members=200,
    features=5_000_000,
)
