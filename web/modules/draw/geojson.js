/** Turn the perimeter into the geometry that is checked and filed, and readings into perimeters. */

import { EMPTY, isPlaced, makeCorner } from "./perimeter.js";

const places = (ring) => ring.corners.filter(isPlaced).map(({ lon, lat }) => [lon, lat]);

/** Tell whether a place lies in a ring (even-odd rule, longitude and latitude as a plane). */
export function contains(ring, [lon, lat]) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [x, y] = ring[at];
    const [px, py] = ring[before];
    if (y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x) inside = !inside;
  }
  return inside;
}

/**
 * Give the GeoJSON geometry (EPSG:4326, longitude first) of the rings of three corners and more.
 *
 * An exclusion becomes a hole of the part that holds its first corner.
 *
 * @returns {object|null} Polygon, MultiPolygon, or null while there is no surface
 */
export function toGeometry(perimeter) {
  const drawn = perimeter.rings
    .map((ring) => ({ isExclusion: ring.isExclusion, line: places(ring) }))
    .filter(({ line }) => line.length >= 3);
  const parts = drawn.filter((ring) => !ring.isExclusion).map(({ line }) => [line]);
  if (!parts.length) return null;
  for (const { line } of drawn.filter((ring) => ring.isExclusion)) {
    (parts.find(([outer]) => contains(outer, line[0])) ?? parts[0]).push(line);
  }
  const closed = parts.map((rings) => rings.map((line) => [...line, line[0]]));
  return closed.length === 1
    ? { type: "Polygon", coordinates: closed[0] }
    : { type: "MultiPolygon", coordinates: closed };
}

/** Make a perimeter from a GeoJSON geometry, as an accepted proposal gives it. */
export function fromGeometry(geometry) {
  const parts = { Polygon: [geometry.coordinates], MultiPolygon: geometry.coordinates };
  const rings = (parts[geometry.type] ?? []).flatMap((part) =>
    part.map((line, index) => ({
      isExclusion: index > 0,
      corners: line.slice(0, -1).map(([lon, lat]) => makeCorner(lon, lat)),
    })),
  );
  return { ...EMPTY, rings };
}

/** Keep the names of the corners that a changed perimeter left where they were. */
export function keepCorners(changed, before) {
  const known = new Map();
  for (const ring of before.rings) {
    for (const corner of ring.corners) known.set(`${corner.lon},${corner.lat}`, corner);
  }
  const rings = changed.rings.map((ring) => ({
    ...ring,
    corners: ring.corners.map((corner) => known.get(`${corner.lon},${corner.lat}`) ?? corner),
  }));
  return { ...changed, rings };
}

/** Make a perimeter from an answer of the reader, keeping the document beside it. */
export function fromReading(reading, text, answers = {}) {
  const rings = reading.rings.map((ring) => ({
    isExclusion: ring.is_exclusion,
    corners: ring.corners.map(({ label, lon, lat }) => makeCorner(lon, lat, { label: label ?? "" })),
  }));
  const source = {
    text: text ?? null,
    crs: reading.crs,
    answers,
    name: reading.name ?? null,
    publishedAreaHa: reading.published_area_ha ?? null,
  };
  return { rings, source };
}
