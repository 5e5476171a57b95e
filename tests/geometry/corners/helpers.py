"""What the tests of corners share: the hints of Togo and of Senegal, and the shared perimeters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cadastre.geometry.corners import Hints
from cadastre.geometry.reading import Corner, Reading

TOGO = Hints(
    bounds_lonlat=(-0.2, 6.0, 1.9, 11.2),
    likely_crs=("EPSG:32631", "EPSG:4326", "EPSG:25231", "EPSG:4252", "EPSG:32630"),
    grid_crs="EPSG:32631",
    grid_step_m=100.0,
)
SENEGAL = Hints(bounds_lonlat=(-17.6, 12.2, -11.3, 16.8), likely_crs=("EPSG:32628", "EPSG:4326"))

SQUARE = [
    ("A", 276400, 1011100),
    ("B", 293000, 1011100),
    ("C", 293000, 999200),
    ("D", 276400, 999200),
]
HOLE = [
    ("E", 280000, 1008000),
    ("F", 285000, 1008000),
    ("G", 285000, 1003000),
    ("H", 280000, 1003000),
]

_PERMITS = Path(__file__).resolve().parents[4] / "shared" / "domain" / "permits.json"


def shared_permits() -> dict[str, Any]:
    """Read the shared file of real perimeters in place; empty when it is not there."""
    return json.loads(_PERMITS.read_text("utf-8")) if _PERMITS.exists() else {}


def corners_of(reading: Reading) -> list[Corner]:
    """Give the corners of all rings in order."""
    return [corner for ring in reading.rings for corner in ring.corners]


def note_codes(reading: Reading) -> set[str]:
    """Give the codes of the notes."""
    return {note.code for note in reading.notes}


def asked(reading: Reading) -> set[str]:
    """Give the codes of the questions."""
    return {question.code for question in reading.questions}


def lines(rows: list[tuple[str, int, int]]) -> str:
    """Write rows as a plain table."""
    return "\n".join(f"{label} {x} {y}" for label, x, y in rows)
