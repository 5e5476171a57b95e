"""Read KML: the placemarks of Google Earth and of many phones. Nothing it links to is fetched."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.geojson import name_of
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.xml import child, children, local, parse_xml, words
from cadastre.geometry import crs as systems
from cadastre.geometry.reading import Note
from cadastre.vocabulary import NoteKind

_GEOMETRIES = {
    "Polygon", "MultiGeometry", "LineString", "LinearRing", "Point", "MultiTrack", "Track",
}


def read_kml(text: str, where: str, limits: Limits, label: str = "KML") -> Source:
    """Read every placemark that has a geometry; longitude, latitude and perhaps height, in WGS 84.

    Raises
    ------
    UnusableInput
        It is no KML, or a position is not made of numbers.
    TooLarge
        More placemarks than the cap.
    """
    root = parse_xml(text, where)
    if local(root) != "kml":
        raise UnusableInput("exchange.not-kml", where=where)
    notes = []
    if any(local(element) == "NetworkLink" for element in root.iter()):
        notes.append(Note("exchange.link-ignored", NoteKind.DOUBT))
    features: list[Feature] = []
    for placemark in (element for element in root.iter() if local(element) == "Placemark"):
        geometry = next((item for item in placemark if local(item) in _GEOMETRIES), None)
        if geometry is None:
            continue
        if len(features) >= limits.features:
            raise TooLarge("exchange.too-many-features", where=where, limit=limits.features)
        features.append(_placemark(placemark, geometry, f"{where} · {len(features) + 1}", limits))
    return Source(label, tuple(features), fixed_crs=True, notes=tuple(notes))


def _placemark(placemark: Element, geometry: Element, where: str, limits: Limits) -> Feature:
    name = words(child(placemark, "name"))
    attributes: dict[str, Any] = {}
    for key in ("name", "description"):
        value = words(child(placemark, key))
        if value:
            attributes[key] = value[: limits.cell_characters]
    extended = child(placemark, "ExtendedData")
    for item in extended.iter() if extended is not None else ():
        if local(item) in ("Data", "SimpleData") and len(attributes) < limits.attributes:
            key = item.get("name", "")[:100]
            value = words(child(item, "value")) if local(item) == "Data" else words(item)
            attributes[key] = value[: limits.cell_characters] if value else None
    name = name or name_of(attributes)
    shown = f"{where} ({name[:60]})" if name else where
    return Feature(
        _geometry(geometry, shown, limits.depth), shown, name[:200] if name else None, attributes,
        systems.WGS84,
    )


def _geometry(element: Element, where: str, depth: int) -> dict[str, Any]:
    kind = local(element)
    if kind == "MultiGeometry":
        if depth <= 0:
            raise UnusableInput("exchange.too-deep", where=where, limit=depth)
        inner = [
            _geometry(item, where, depth - 1) for item in element if local(item) in _GEOMETRIES
        ]
        return {"type": "GeometryCollection", "geometries": inner}
    if kind == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(element, where)}
    if kind == "Point":
        found = _positions(child(element, "coordinates"), where)
        return {"type": "MultiPoint", "coordinates": found}
    if kind in ("LineString", "LinearRing"):
        line = _positions(child(element, "coordinates"), where)
        return {"type": "LineString", "coordinates": line}
    raise UnusableInput("exchange.unknown-geometry", where=where, kind=kind)


def _rings(polygon: Element, where: str) -> list[list[list[float]]]:
    rings = []
    for side in (*children(polygon, "outerBoundaryIs"), *children(polygon, "innerBoundaryIs")):
        # Some programs put several rings into one innerBoundaryIs.
        for ring in children(side, "LinearRing"):
            rings.append(_positions(child(ring, "coordinates"), where))
    return rings


def _positions(element: Element | None, where: str) -> list[list[float]]:
    text = re.sub(r"\s*,\s*", ",", words(element) or "")
    try:
        return [[float(value) for value in place.split(",") if value] for place in text.split()]
    except ValueError as fault:
        raise UnusableInput("exchange.malformed-position", where=where) from fault
