/** Bring a point to what it was meant for: a corner, a side, or the grid of the law. */

import { fromUtm, toUtm, utmZone } from "./utm.js";

/**
 * Round a place to the grid of the law, exactly: in its projection, then back.
 *
 * @param {[number, number]} lonLat @param {{crs: string, step_m: number}} grid
 * @returns {[number, number]} unchanged where the projection is not known here
 */
export function snapToGrid([lon, lat], grid) {
  const utm = utmZone(grid?.crs);
  if (!utm) return [lon, lat];
  const [east, north] = toUtm(lon, lat, utm).map(
    (metres) => Math.round(metres / grid.step_m) * grid.step_m,
  );
  return fromUtm(east, north, utm);
}

/** Move a place by metres east and north, in the plane of the given projection. */
export function nudge([lon, lat], [east, north], crs) {
  const utm = utmZone(crs);
  if (!utm) return [lon + east / 111320, lat + north / 111320];
  const [x, y] = toUtm(lon, lat, utm);
  return fromUtm(x + east, y + north, utm);
}

/**
 * Find the nearest corner, else the nearest side, within reach of a point of the screen.
 *
 * @param {{x: number, y: number}} point
 * @param {{x: number, y: number, lonLat: [number, number]}[][]} lines closed or open lines of points
 * @param {number} reach pixels
 * @returns {[number, number]|null} longitude and latitude
 */
export function snapToLines(point, lines, reach) {
  return nearestCorner(point, lines, reach) ?? nearestSide(point, lines, reach);
}

function nearestCorner(point, lines, reach) {
  let best = null;
  let least = reach;
  for (const corner of lines.flat()) {
    const distance = Math.hypot(corner.x - point.x, corner.y - point.y);
    if (distance <= least) [best, least] = [corner.lonLat, distance];
  }
  return best;
}

function nearestSide(point, lines, reach) {
  let best = null;
  let least = reach;
  for (const line of lines) {
    for (let at = 0; at + 1 < line.length; at += 1) {
      const { share, distance } = project(point, line[at], line[at + 1]);
      if (distance > least) continue;
      least = distance;
      best = [0, 1].map((axis) => {
        const start = line[at].lonLat[axis];
        return start + share * (line[at + 1].lonLat[axis] - start);
      });
    }
  }
  return best;
}

function project(point, start, end) {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const size = dx * dx + dy * dy;
  const along = size ? ((point.x - start.x) * dx + (point.y - start.y) * dy) / size : 0;
  const share = Math.min(Math.max(along, 0), 1);
  const distance = Math.hypot(start.x + share * dx - point.x, start.y + share * dy - point.y);
  return { share, distance };
}
