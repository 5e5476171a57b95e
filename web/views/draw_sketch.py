"""Draw a checked perimeter without a map, so that a mistake shows on the plainest page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIZE = 320
MARGIN = 10
Line = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Paths of an SVG, north up: the ground, and what it shares with others."""

    ground: str
    overlaps: tuple[str, ...]
    width: int
    height: int


def sketch(report: Mapping[str, Any]) -> Sketch | None:
    """Give the sketch of a check's answer; None when there is no ground to show."""
    ground = report["perimeter"]["geometry"]
    rings = rings_of(ground) if ground else []
    if not rings:
        return None
    lons = [lon for ring in rings for lon, _ in ring]
    lats = [lat for ring in rings for _, lat in ring]
    across, down = max(lons) - min(lons), max(lats) - min(lats)
    scale = (SIZE - 2 * MARGIN) / (max(across, down) or 1.0)
    frame = (min(lons), max(lats), scale)
    width, height = (round(2 * MARGIN + degrees * scale) for degrees in (across, down))
    shared = [each["geometry"] for each in report["overlaps"] if each["geometry"]]
    paths = tuple(_path(rings_of(each), frame) for each in shared)
    return Sketch(_path(rings, frame), paths, width, height)


def rings_of(geometry: Mapping[str, Any]) -> list[Line]:
    """List the rings of a GeoJSON geometry; points and lines have none."""
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        return [ring for each in geometry["geometries"] for ring in rings_of(each)]
    if kind not in ("Polygon", "MultiPolygon"):
        return []
    parts = [coordinates] if kind == "Polygon" else coordinates
    return [[(place[0], place[1]) for place in ring] for part in parts for ring in part]


def _path(rings: list[Line], frame: tuple[float, float, float]) -> str:
    west, north, scale = frame
    place = "{:.1f},{:.1f}".format
    lines = (
        " L".join(place(MARGIN + (x - west) * scale, MARGIN + (north - y) * scale) for x, y in ring)
        for ring in rings
    )
    return " ".join(f"M{line}Z" for line in lines)
