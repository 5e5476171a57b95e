"""Read and write tables of corners: the text an operator pastes, and the text we give back."""

from __future__ import annotations

from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.corners.limits import MAX_BYTES, MAX_CORNERS
from cadastre.geometry.corners.reader import read_corners
from cadastre.geometry.corners.writer import (
    EXACT_DECIMALS,
    Style,
    format_coordinate,
    format_corners,
    format_lonlat,
)

__all__ = [
    "EXACT_DECIMALS",
    "MAX_BYTES",
    "MAX_CORNERS",
    "Hints",
    "Style",
    "format_coordinate",
    "format_corners",
    "format_lonlat",
    "read_corners",
]
