"""Measure perimeters: areas, lengths, sides and bearings, on the ellipsoid or on a plane.

Geometries are shapely, EPSG:4326, longitude first; results are metres and square metres. Geodesic
means on the WGS 84 ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import from_lonlat, is_geographic, to_lonlat, utm_zone_for
from cadastre.geometry.reading import Corner, Ring
from cadastre.vocabulary import EdgeModel

ELLIPSOID = Geod(ellps="WGS84")
STEP_M = 1_000.0
METRES_PER_DEGREE = 111_195.0
# A perimeter as large as a continent is densified more coarsely rather than fill the memory.
MAX_POINTS = 50_000

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """The line from one corner to the next; numbers count over the rings as filed, from 1.

    ``bearing`` is the geodesic azimuth at the first corner, degrees clockwise from true north.
    """

    start: int
    end: int
    length_m: float
    bearing: float
    line: tuple[Position, Position]


def project(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Move a geometry from longitude and latitude to a CRS.

    Raises
    ------
    UnusableInput
        ``crs.outside``: a corner has no image there.
    """
    return shapely.transform(geometry, partial(_from, crs))


def unproject(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Move a geometry from a CRS to longitude and latitude; see :func:`project`."""
    return shapely.transform(geometry, partial(_to, crs))


def _from(crs: str, positions: np.ndarray) -> np.ndarray:
    return np.column_stack(from_lonlat(crs, *positions.T.tolist()))


def _to(crs: str, positions: np.ndarray) -> np.ndarray:
    return np.column_stack(to_lonlat(crs, *positions.T.tolist()))


def polygons(geometry: BaseGeometry) -> tuple[Polygon, ...]:
    """List the polygons of any geometry, in order; lines and points are left aside."""
    if isinstance(geometry, Polygon):
        return () if geometry.is_empty else (geometry,)
    parts = getattr(geometry, "geoms", ())
    return tuple(polygon for part in parts for polygon in polygons(part))


def ground(geometry: BaseGeometry) -> Polygon | MultiPolygon:
    """Keep only what has a surface: one polygon, or several."""
    found = polygons(geometry)
    return found[0] if len(found) == 1 else MultiPolygon(found)


def _lines(polygon: Polygon) -> Iterator[shapely.LinearRing]:
    if not polygon.is_empty:
        yield polygon.exterior
        yield from polygon.interiors


def geodesic_area_m2(geometry: BaseGeometry) -> float:
    """Measure the area on the ellipsoid, geodesic lines joining the corners as given.

    Holes are taken off whatever way their rings turn.
    """
    total = 0.0
    for polygon in polygons(geometry):
        outer, *holes = (abs(_ring_area(ring)) for ring in _lines(polygon))
        total += outer - sum(holes)
    return total


def _ring_area(ring: shapely.LinearRing) -> float:
    lons, lats = shapely.get_coordinates(ring).T
    area, _ = ELLIPSOID.polygon_area_perimeter(lons, lats)
    return float(area)


def planar_area_m2(geometry: BaseGeometry, crs: str) -> float:
    """Measure the area on the plane of a projected CRS, straight lines joining the corners.

    This is what orders print: Togo's areas are those of EPSG:32631.

    Raises
    ------
    UnusableInput
        ``crs.outside``: a corner has no image in that CRS.
    """
    total = 0.0
    for polygon in polygons(project(geometry, crs)):
        outer, *holes = (abs(_signed_area(np.asarray(r.coords)[:, :2])) for r in _lines(polygon))
        total += outer - sum(holes)
    return total


def _signed_area(xy: np.ndarray) -> float:
    x, y = (xy - xy[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def planar_crs(geometry: BaseGeometry, wanted: str, as_read: str | None = None) -> str:
    """Choose the plane on which to measure: the law's where it is true, else a better one.

    A perimeter two zones or more from that of ``wanted`` is measured in the CRS it was read in when
    that is projected, else in its own UTM zone: areas in a distant zone are wrong by percents.
    ``auto`` always means its own UTM zone.
    """
    lon, lat = _middle(geometry)
    own = utm_zone_for(lon, lat)
    if wanted != "auto" and _zones_apart(wanted, own) <= 1:
        return wanted
    if as_read and not is_geographic(as_read) and as_read != wanted:
        return as_read
    return own


def _middle(geometry: BaseGeometry) -> Position:
    west, south, east, north = geometry.bounds if not geometry.is_empty else (0, 0, 0, 0)
    return (west + east) / 2, (south + north) / 2


def _zones_apart(first: str, second: str) -> int:
    """Count the zones between two UTM codes; a CRS that is no UTM zone is always at home."""
    codes = [code.removeprefix("EPSG:") for code in (first, second)]
    if not all(len(code) == 5 and code[:3] in ("326", "327") for code in codes):
        return 0
    apart = abs(int(codes[0][3:]) - int(codes[1][3:]))
    return min(apart, 60 - apart)


def densify(
    geometry: BaseGeometry, model: EdgeModel, crs: str, step_m: float = STEP_M
) -> BaseGeometry:
    """Put points along each side, on the line the law means, at most ``step_m`` apart.

    Do so before any change of projection or display: only the points move, never the sides.
    ``crs`` is the plane of :attr:`EdgeModel.PROJECTED`.
    """
    if geometry.is_empty or geometry.length == 0:
        return geometry
    step_m = max(step_m, _rough_length_m(geometry) / MAX_POINTS)
    if model is EdgeModel.LONLAT:
        return _segmentize(geometry, step_m / METRES_PER_DEGREE)
    if model is EdgeModel.PROJECTED:
        return unproject(_segmentize(project(geometry, crs), step_m), crs)
    return MultiPolygon([_geodesic_polygon(p, step_m) for p in polygons(geometry)])


def _segmentize(geometry: BaseGeometry, step: float) -> Polygon | MultiPolygon:
    """Densify ring by ring: given a polygon, GEOS mends the result and may lose its surface."""
    dense = []
    for polygon in polygons(geometry):
        shell, *holes = (shapely.segmentize(ring, step) for ring in _lines(polygon))
        dense.append(Polygon(shell, holes))
    return dense[0] if len(dense) == 1 else MultiPolygon(dense)


def _rough_length_m(geometry: BaseGeometry) -> float:
    return float(geometry.length) * METRES_PER_DEGREE


def _geodesic_polygon(polygon: Polygon, step_m: float) -> Polygon:
    shell, *holes = (_geodesic_line(np.asarray(r.coords)[:, :2], step_m) for r in _lines(polygon))
    return Polygon(shell, holes)


def _geodesic_line(corners: np.ndarray, step_m: float) -> list[Position]:
    points: list[Position] = []
    for (lon, lat), (lon2, lat2) in pairwise(corners):
        points.append((float(lon), float(lat)))
        _, _, length = ELLIPSOID.inv(lon, lat, lon2, lat2)
        between = int(length // step_m)
        if between:
            points += ELLIPSOID.npts(lon, lat, lon2, lat2, between)
    return points


def edge_true_area_m2(geometry: BaseGeometry, model: EdgeModel, crs: str) -> float:
    """Measure the true area of ground whose sides follow the law's edge model.

    Overlaps and shares are measured so: a sliver between two sides that are the same line must have
    no area, which geodesic sides between the bare corners would give it.
    """
    if model is EdgeModel.GEODESIC:
        return geodesic_area_m2(geometry)
    if model is EdgeModel.LONLAT:
        return _lonlat_area_m2(geometry)
    return geodesic_area_m2(densify(ground(geometry), model, crs))


def _lonlat_area_m2(geometry: BaseGeometry) -> float:
    """Measure as :func:`densify` does, ring by ring, without making polygons in between.

    A check measures a hundred grounds: the polygons cost as much as the measuring.
    """
    surfaces = polygons(geometry)
    rough_m = sum(float(polygon.length) for polygon in surfaces) * METRES_PER_DEGREE
    step = max(STEP_M, rough_m / MAX_POINTS) / METRES_PER_DEGREE
    total = 0.0
    for polygon in surfaces:
        rings = (shapely.segmentize(ring, step) for ring in _lines(polygon))
        outer, *holes = (abs(_ring_area(ring)) for ring in rings)
        total += outer - sum(holes)
    return total


def perimeter_length_m(geometry: BaseGeometry) -> float:
    """Measure the length of all rings, holes included, along geodesics between corners."""
    return sum(
        float(ELLIPSOID.line_length(*np.asarray(ring.coords)[:, :2].T))
        for polygon in polygons(geometry)
        for ring in _lines(polygon)
    )


def sides(rings: Sequence[Ring]) -> tuple[Side, ...]:
    """List the sides of rings as filed, with their length and bearing."""
    found: list[Side] = []
    first = 1
    for ring in rings:
        line = positions(ring)
        for index, (a, b) in enumerate(zip(line, line[1:] + line[:1], strict=True)):
            azimuth, _, length = ELLIPSOID.inv(*a, *b)
            end = first + (index + 1) % len(line)
            found.append(Side(first + index, end, float(length), float(azimuth) % 360, (a, b)))
        first += len(line)
    return tuple(found)


def positions(ring: Ring) -> list[Position]:
    """List the longitudes and latitudes of a ring's corners; none when its CRS is unknown."""
    return [(c.lon, c.lat) for c in ring.corners if c.lon is not None and c.lat is not None]


def rings_of(perimeter: BaseGeometry) -> tuple[Ring, ...]:
    """Write a perimeter as rings of numbered corners, for input that came as a geometry."""
    rings: list[Ring] = []
    number = 0
    for polygon in polygons(perimeter):
        for index, line in enumerate(_lines(polygon)):
            corners = []
            for lon, lat in (c[:2] for c in line.coords[:-1]):
                number += 1
                corners.append(Corner(str(number), "", lon, lat, lon, lat))
            rings.append(Ring(tuple(corners), is_exclusion=index > 0))
    return tuple(rings)


def perimeter_of(lines: Sequence[tuple[Sequence[Position], bool]]) -> Polygon | MultiPolygon:
    """Build a perimeter from lines of corners, each told to be an exclusion or not.

    An exclusion belongs to the first part that contains one of its corners, else to the last
    part before it. Lines of fewer than three different corners are
    left aside.
    """
    shells: list[tuple[Sequence[Position], list[Sequence[Position]]]] = []
    for line, is_exclusion in lines:
        if len(set(line)) < 3:
            continue
        if not is_exclusion or not shells:
            shells.append((line, []))
            continue
        inside = (s for s in shells if Polygon(s[0]).covers(shapely.Point(line[0])))
        next(inside, shells[-1])[1].append(line)
    return ground(MultiPolygon([Polygon(shell, holes) for shell, holes in shells]))
