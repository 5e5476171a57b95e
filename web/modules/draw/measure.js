/**
 * Measure the perimeter at once, in the plane of the legal projection, while the server counts.
 *
 * These figures are provisional: the server's follow the edges as the law draws them.
 */

import { isPlaced } from "./perimeter.js";
import { toUtm, utmZone, zoneFor } from "./utm.js";

const plane = (crs, corners) => utmZone(crs) ?? utmZone(zoneFor(corners[0].lon, corners[0].lat));

/** Give the corners of a ring in metres, unplaced ones left out. */
function project(ring, crs) {
  const corners = ring.corners.filter(isPlaced);
  if (!corners.length) return [];
  const utm = plane(crs, corners);
  return corners.map(({ lon, lat }) => toUtm(lon, lat, utm));
}

/** Area inside a ring of [east, north] metres, in m² (shoelace, from a near origin). */
export function shoelace(line) {
  const [x0, y0] = line[0] ?? [0, 0];
  const twice = line.reduce((sum, [x, y], index) => {
    const [nx, ny] = line[(index + 1) % line.length];
    return sum + (x - x0) * (ny - y0) - (nx - x0) * (y - y0);
  }, 0);
  return Math.abs(twice) / 2;
}

const length = ([x, y], [nx, ny]) => Math.hypot(nx - x, ny - y);

/**
 * Measure area and perimeter.
 *
 * @param {string} crs the legal projection, when it is a UTM zone of WGS 84
 * @returns {{areaHa: number, perimeterM: number}|null} null while there is no surface
 */
export function measure(perimeter, crs) {
  const rings = perimeter.rings
    .map((ring) => ({ isExclusion: ring.isExclusion, line: project(ring, crs) }))
    .filter(({ line }) => line.length >= 3);
  if (!rings.some((ring) => !ring.isExclusion)) return null;
  const sum = (value) => rings.reduce((total, ring) => total + value(ring), 0);
  return {
    areaHa: sum(({ isExclusion, line }) => (isExclusion ? -1 : 1) * shoelace(line)) / 10000,
    perimeterM: sum(({ line }) =>
      line.reduce((total, at, index) => total + length(at, line[(index + 1) % line.length]), 0),
    ),
  };
}

/**
 * Measure the side that leaves a corner: metres, and bearing in degrees from grid north.
 *
 * @returns {{lengthM: number, bearing: number}|null} null for a ring of one, or an unread end
 */
export function side(ring, index, crs) {
  const from = ring.corners[index];
  const placed = ring.corners.filter(isPlaced);
  if (!isPlaced(from) || placed.length < 2) return null;
  const to = placed[(placed.indexOf(from) + 1) % placed.length];
  const utm = plane(crs, placed);
  const [start, end] = [toUtm(from.lon, from.lat, utm), toUtm(to.lon, to.lat, utm)];
  const bearing = (Math.atan2(end[0] - start[0], end[1] - start[1]) * 180) / Math.PI;
  return { lengthM: length(start, end), bearing: (bearing + 360) % 360 };
}
