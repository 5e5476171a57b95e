"""Read perimeters with what the country's rules say about likely places and systems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.exchange.read.perimeters import read_perimeters
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.crs import WGS84, normalise
from cadastre.geometry.reading import Reading
from cadastre.rules.ruleset import Ruleset


def read_input(
    ruleset: Ruleset,
    content: bytes,
    filename: str = "",
    *,
    crs: str | None = None,
    answers: Mapping[str, str] | None = None,
    language: str = "fr",
    format: str | None = None,
) -> tuple[Reading, ...]:
    """Read every perimeter of a pasted text or a file, refused as :func:`read_perimeters` does."""
    return read_perimeters(
        content,
        filename,
        crs=crs,
        answers=answers,
        language=language,
        hints=hints_of(ruleset),
        format=format,
    )


def read_geometry(ruleset: Ruleset, geometry: Mapping[str, Any], crs: str = WGS84) -> Reading:
    """Read one GeoJSON geometry, in longitude and latitude or in the CRS that is named.

    Raises
    ------
    UnusableInput
        It holds no perimeter, or several.
    """
    stated = None if normalise(crs) == WGS84 else crs
    try:
        content = json.dumps(geometry, allow_nan=False).encode()
    except ValueError:
        raise UnusableInput("http.not-a-geometry", where="geometry") from None
    readings = read_input(ruleset, content, "geometry.geojson", crs=stated, format="geojson")
    return only_one(readings, "geometry")


def only_one(readings: tuple[Reading, ...], where: str) -> Reading:
    """Give the single reading of an input that must hold one perimeter."""
    if len(readings) != 1:
        raise UnusableInput("readings.not-one", where=where, count=len(readings))
    return readings[0]


def hints_of(ruleset: Ruleset) -> Hints:
    """Give what helps reading coordinates of this country: hints, never answers."""
    known = ruleset.reading_hints()
    likely = dict.fromkeys((known.legal_crs, *known.likely_crs))
    return Hints(known.envelope, tuple(likely), known.grid_crs, known.grid_step_m)
