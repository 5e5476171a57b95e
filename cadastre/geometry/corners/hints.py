"""What the country's rules say about likely places and systems: evidence, never a correction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """Independent evidence that helps to choose between readings of a text.

    ``bounds_lonlat`` is the envelope of the country (west, south, east, north, EPSG:4326 degrees);
    ``likely_crs`` the systems its orders use, likeliest first; ``grid_crs`` and ``grid_step_m`` the
    grid on which its perimeters are usually drawn. A corner is never moved to fit them.
    """

    bounds_lonlat: tuple[float, float, float, float] | None = None
    likely_crs: tuple[str, ...] = ()
    grid_crs: str | None = None
    grid_step_m: float | None = None
