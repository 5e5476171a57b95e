"""A small map to click, drawn by the server: it needs no script, weighs a few kilobytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import shapely
from flask import Blueprint, Response, request
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.models import AdministrativeUnit, BaseMapFeature
from cadastre.queries.territory import PREFECTURE

pages = Blueprint("place_map", __name__)
WIDTH, HEIGHT = 320, 420  # pixels: a telephone shows it whole, so that a click means one place
CLOSER, CLOSEST = 4, 4
ONE_HOUR_S = 3600
MOST_TOWNS = 24
Envelope = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the map shows: its centre in degrees, longitude first, and pixels per degree."""

    longitude: float
    latitude: float
    scale: float
    zoom: int

    def position(self, x: int, y: int) -> tuple[float, float]:
        """Give the place of a pixel counted from the upper left corner, longitude first."""
        return (
            self.longitude + (min(x, WIDTH) - WIDTH / 2) / self.scale,
            self.latitude - (min(y, HEIGHT) - HEIGHT / 2) / self.scale,
        )

    def pixel(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Give the pixel of a place."""
        return (
            WIDTH / 2 + (longitude - self.longitude) * self.scale,
            HEIGHT / 2 - (latitude - self.latitude) * self.scale,
        )

    def bounds(self) -> Envelope:
        """Give west, south, east and north of the map."""
        across, up = WIDTH / 2 / self.scale, HEIGHT / 2 / self.scale
        west, south = self.longitude - across, self.latitude - up
        return west, south, self.longitude + across, self.latitude + up


def frame_at(envelope: Envelope, point: Point | None, zoom: int) -> Frame:
    """Show the whole country, or a part of it around a point, each zoom four times closer."""
    west, south, east, north = envelope
    whole = min(WIDTH / (east - west), HEIGHT / (north - south)) * 0.96
    if point is None or zoom == 0:
        return Frame((west + east) / 2, (south + north) / 2, whole, 0)
    return Frame(point.x, point.y, whole * CLOSER**zoom, zoom)


@pages.get("/place-map.svg")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def picture() -> Response:
    """Draw the country, its rivers and towns around a place (``lon``, ``lat``, ``zoom``)."""
    zoom = request.args.get("zoom", "0")
    try:
        point = Point(float(request.args["lon"]), float(request.args["lat"]))
    except (KeyError, ValueError):
        point = None
    if point is not None and not (abs(point.x) <= 180 and abs(point.y) <= 90):
        point = None
    frame = frame_at(
        state().ruleset.envelope, point, min(int(zoom), CLOSEST) if zoom.isdigit() else 0
    )
    drawn = "".join(_drawn(frame, point))
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"public, max-age={ONE_HOUR_S}"
    return answer


def _drawn(frame: Frame, point: Point | None) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="sans-serif"><rect width="100%" height="100%"'
        ' fill="#dbe7ec"/>'
    )
    for level, fill, stroke in ((0, "#f7f3e6", "#4a564f"), (1, "none", "#b9b29c")):
        for line in _units(frame, level):
            yield f'<path d="{line}" fill="{fill}" stroke="{stroke}"/>'
    for line in _rivers(frame):
        yield f'<path d="{line}" fill="none" stroke="#7ba7bd"/>'
    yield from _towns(frame)
    if point is not None:
        x, y = frame.pixel(point.x, point.y)
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="#a31621"'
            f' stroke-width="3"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="#a31621"/>'
        )
    yield "</svg>"


def _units(frame: Frame, level: int) -> Iterator[str]:
    unit = AdministrativeUnit
    seen = func.ST_MakeEnvelope(*frame.bounds(), 4326)
    if level >= PREFECTURE:
        return
    query = select(func.ST_AsBinary(func.ST_Intersection(unit.geom, func.ST_Expand(seen, 0.05))))
    for geometry in db_session().scalars(
        query.where(unit.level == level, func.ST_Intersects(unit.geom, seen))
    ):
        yield from _paths(shapely.from_wkb(bytes(geometry)), frame)


def _rivers(frame: Frame) -> Iterator[str]:
    place = BaseMapFeature
    seen = func.ST_MakeEnvelope(*frame.bounds(), 4326)
    query = select(func.ST_AsBinary(place.geom)).where(
        place.layer.in_(("rivers", "lakes")), func.ST_Intersects(place.geom, seen)
    )
    for geometry in db_session().scalars(query.limit(200)):
        yield from _paths(
            shapely.from_wkb(bytes(geometry)).intersection(box(*frame.bounds())), frame
        )


def _towns(frame: Frame) -> Iterator[str]:
    place = BaseMapFeature
    seen = func.ST_MakeEnvelope(*frame.bounds(), 4326)
    rows = db_session().execute(
        select(place.name, func.ST_X(place.geom), func.ST_Y(place.geom))
        .where(
            place.layer == "towns", place.importance >= max(3 - frame.zoom, 0),
            func.ST_Intersects(place.geom, seen), func.GeometryType(place.geom) == "POINT",
        )
        .order_by(place.importance.desc(), place.id)
        .limit(MOST_TOWNS)
    )  # fmt: skip
    for name, longitude, latitude in rows:
        x, y = frame.pixel(longitude, latitude)
        toward = ' text-anchor="end"' if x > WIDTH * 0.7 else ""
        beside = x - 6 if toward else x + 6
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1b2420"/><text x="{beside:.1f}"'
            f' y="{y + 4:.1f}" font-size="11"{toward} fill="#1b2420" stroke="#fff"'
            f' stroke-width="2.5" paint-order="stroke">{escape(name or "")}</text>'
        )


def _paths(geometry: BaseGeometry, frame: Frame) -> Iterator[str]:
    for part in shapely.get_parts(shapely.simplify(geometry, 0.7 / frame.scale)):
        if part.is_empty or part.geom_type == "Point":
            continue
        lines = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        end = "Z" if part.geom_type == "Polygon" else ""
        yield " ".join(
            "M" + " L".join("{:.1f},{:.1f}".format(*frame.pixel(*xy[:2])) for xy in line.coords)
            + end
            for line in lines
        )  # fmt: skip
