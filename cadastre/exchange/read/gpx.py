"""Read GPX: what a receiver recorded while somebody walked the border or marked the corners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.xml import child, children, parse_xml, words
from cadastre.geometry import crs as systems


def read_gpx(text: str, where: str, limits: Limits) -> Source:
    """Read tracks and routes as rings, else waypoints as corners in their order; WGS 84.

    Raises
    ------
    UnusableInput
        It is no GPX, or a position is not made of numbers.
    TooLarge
        More tracks than the cap.
    """
    root = parse_xml(text, where)
    features: list[Feature] = []
    for name, points in _lines(root):
        if len(features) >= limits.features:
            raise TooLarge("exchange.too-many-features", where=where, limit=limits.features)
        spot = f"{where} · {name or len(features) + 1}"
        geometry = {"type": "LineString", "coordinates": [_position(p, spot) for p in points]}
        features.append(_feature(geometry, spot, name))
    waypoints = children(root, "wpt")
    if not features and waypoints:
        positions = [_position(point, where) for point in waypoints]
        features.append(_feature({"type": "MultiPoint", "coordinates": positions}, where, None))
    return Source("GPX", tuple(features), fixed_crs=True, opens_lines=True)


def _lines(root: Element) -> Iterator[tuple[str | None, list[Element]]]:
    for track in children(root, "trk"):
        # A lost signal cuts a track into segments: they are one walk.
        points = [point for part in children(track, "trkseg") for point in children(part, "trkpt")]
        if points:
            yield words(child(track, "name")), points
    for route in children(root, "rte"):
        points = children(route, "rtept")
        if points:
            yield words(child(route, "name")), points


def _feature(geometry: dict[str, Any], where: str, name: str | None) -> Feature:
    return Feature(geometry, where[:120], name[:200] if name else None, {}, systems.WGS84)


def _position(point: Element, where: str) -> list[float]:
    try:
        return [float(point.get("lon", "")), float(point.get("lat", ""))]
    except ValueError as fault:
        raise UnusableInput("exchange.malformed-position", where=where[:120]) from fault
