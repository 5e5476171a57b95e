"""Turn the features of a file into readings: corners, system, notes and questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shapely.geometry import MultiPolygon, Polygon

from cadastre.errors import UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.shapes import Part, Shapes, close_lines, positions, read_shapes
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.systems import Choice, ask_crs, choose_crs
from cadastre.geometry import crs as systems
from cadastre.geometry import perimeter
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.reading import Corner, Note, Reading, Ring
from cadastre.vocabulary import NoteKind


def read_features(
    source: Source, where: str, crs: str | None, hints: Hints, limits: Limits
) -> tuple[Reading, ...]:
    """Read every perimeter of a file.

    Features without ground (labels, pins beside polygons) are left aside with a note; a file of
    points only is one perimeter whose corners they are, to be confirmed.

    Raises
    ------
    UnusableInput
        Nothing in the file is a perimeter, or one of them cannot be.
    TooLarge
        A cap on corners or parts.
    """
    found: list[tuple[Feature, Shapes]] = []
    empty = 0
    for feature in source.features:
        if feature.geometry is None:
            empty += 1
            continue
        found.append((feature, read_shapes(feature.geometry, feature.where, limits)))
    notes = list(source.notes)
    if empty:
        notes.append(Note("exchange.without-geometry", NoteKind.FACT, values={"count": empty}))
    if found and all(shapes.is_points_only for _, shapes in found):
        found = [_joined(found, where, limits)]
    grounds = _grounds(found, source, notes)
    if not grounds:
        raise UnusableInput("exchange.no-perimeter", where=where)
    return tuple(
        _reading(
            feature, shapes, choose_crs(feature, shapes.parts, source, crs), hints, notes,
            is_oriented=source.label == "GeoJSON",
        )
        for feature, shapes in grounds
    )


def _grounds(
    found: Sequence[tuple[Feature, Shapes]], source: Source, notes: list[Note]
) -> list[tuple[Feature, Shapes]]:
    """Keep what encloses ground; lines count only in a file without polygons."""
    has_polygons = any(shapes.parts for _, shapes in found)
    if not has_polygons:
        for feature, shapes in found:
            close_lines(shapes, feature.where, may_be_open=source.opens_lines)
    aside = sum(not shapes.parts or bool(shapes.lines or shapes.points) for _, shapes in found)
    if aside:
        notes.append(Note("exchange.left-aside", NoteKind.FACT, values={"count": aside}))
    return [(feature, shapes) for feature, shapes in found if shapes.parts]


def _joined(
    found: Sequence[tuple[Feature, Shapes]], where: str, limits: Limits
) -> tuple[Feature, Shapes]:
    """Join the points of a file, in its order, to one ring."""
    points = [point for _, shapes in found for point in shapes.points]
    if len(points) < 3:
        raise UnusableInput("exchange.points-only", where=where, count=len(points))
    ring = {"type": "Polygon", "coordinates": [points]}
    shapes = read_shapes(ring, where, limits)
    shapes.notes.append(
        Note("exchange.points-joined", NoteKind.DOUBT, values={"count": len(points)})
    )
    first = found[0][0]
    name, attributes = (first.name, first.attributes) if len(found) == 1 else (None, {})
    return Feature(ring, where, name, attributes, first.crs, first.notes), shapes


def _reading(
    feature: Feature,
    shapes: Shapes,
    choice: Choice,
    hints: Hints,
    notes: Iterable[Note],
    is_oriented: bool,
) -> Reading:
    for part in shapes.parts:
        for ring in part:
            if len(set(ring)) < 3:
                raise UnusableInput("exchange.too-few-corners", where=feature.where)
    rings = _rings(shapes.parts, choice.code)
    said = [*notes, *feature.notes, *shapes.notes, *choice.notes]
    if shapes.has_heights:
        said.append(Note("exchange.heights-dropped", NoteKind.FACT))
    questions = () if choice.code else (ask_crs(shapes.parts, hints, choice),)
    return Reading(
        rings=rings,
        crs=choice.code,
        crs_stated=choice.stated,
        perimeter=_perimeter(shapes.parts, rings) if choice.code else None,
        original_text=_as_found(shapes.parts),
        notes=tuple(said),
        questions=questions,
        name=feature.name,
        attributes=feature.attributes,
        is_oriented=is_oriented,
    )


def _rings(parts: Sequence[Part], crs: str | None) -> tuple[Ring, ...]:
    """Number the corners through all rings, as an order prints them."""
    places = list(positions(parts))
    if crs:
        lons, lats = systems.to_lonlat(crs, [x for x, _ in places], [y for _, y in places])
        corners = [
            Corner(str(number), f"{x!r} {y!r}", x, y, float(lon), float(lat))
            for number, ((x, y), lon, lat) in enumerate(zip(places, lons, lats, strict=True), 1)
        ]
    else:
        corners = [Corner(str(n), f"{x!r} {y!r}", x, y) for n, (x, y) in enumerate(places, 1)]
    waiting = iter(corners)
    return tuple(
        Ring(tuple(next(waiting) for _ in ring), is_exclusion=index > 0)
        for part in parts
        for index, ring in enumerate(part)
    )


def _perimeter(parts: Sequence[Part], rings: Sequence[Ring]) -> Polygon | MultiPolygon:
    lines = iter(perimeter.positions(ring) for ring in rings)
    polygons = []
    for part in parts:
        shell, *holes = [next(lines) for _ in part]
        polygons.append(Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _as_found(parts: Sequence[Part]) -> str:
    """Write the source coordinates, unmoved, as a GeoJSON geometry: the text kept for ever."""
    closed = [[[*ring, ring[0]] for ring in part] for part in parts]
    if len(closed) == 1:
        return json.dumps({"type": "Polygon", "coordinates": closed[0]})
    return json.dumps({"type": "MultiPolygon", "coordinates": closed})


def with_notes(readings: Iterable[Reading], notes: Sequence[Note]) -> tuple[Reading, ...]:
    """Add what was noticed about the whole file to each of its readings."""
    return tuple(replace(one, notes=(*notes, *one.notes)) for one in readings)
