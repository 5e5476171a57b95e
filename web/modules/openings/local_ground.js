/** Read ground without asking the server: GeoJSON, or a table whose system was named. */

import { parseAngle } from "../draw/angles.js";
import { fromUtm, utmZone } from "../draw/utm.js";

const WGS84 = "EPSG:4326";
const ANGLE_STYLES = ["dd", "dms", "dm"];

/**
 * Read a perimeter, throwing the code of a sentence where it cannot be read here.
 * @param {string} text
 * @param {string} crs EPSG code, needed for tables
 * @param {string} language
 * @returns {object} GeoJSON geometry in longitude and latitude
 */
export function readLocally(text, crs, language) {
  const clean = text.trim();
  if (!clean) throw new LocalProblem("openings.js-no-ground");
  if (clean.startsWith("{")) return fromJson(clean);
  if (!crs) throw new LocalProblem("openings.js-name-system");
  const line = clean.split(/\r?\n/).map((row, index) => [row.trim(), index + 1]);
  const corners = line
    .filter(([row]) => /\d/.test(String(row)))
    .map(([row, number]) => cornerOf(String(row), crs, language) ?? fail(number, row));
  if (corners.length < 3) throw new LocalProblem("openings.js-too-few");
  const [first, last] = [corners[0], corners[corners.length - 1]];
  const isClosed = first[0] === last[0] && first[1] === last[1];
  return { type: "Polygon", coordinates: [isClosed ? corners : [...corners, first]] };
}

/** What could not be read here: the code of its sentence and its values. */
export class LocalProblem extends Error {
  /** @param {string} code @param {Record<string, unknown>} [values] */
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/** @param {unknown} number @param {unknown} row @returns {never} */
function fail(number, row) {
  throw new LocalProblem("openings.js-line", { number, row: String(row).slice(0, 60) });
}

/** @param {string} text */
function fromJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LocalProblem("openings.js-not-json");
  }
  const shapes = value.type === "FeatureCollection" ? value.features : [value];
  const geometry = shapes?.length === 1 ? (shapes[0].geometry ?? shapes[0]) : null;
  if (!["Polygon", "MultiPolygon"].includes(geometry?.type)) throw new LocalProblem("openings.js-not-one");
  return { type: geometry.type, coordinates: geometry.coordinates };
}

/**
 * Read the two coordinates that end a row; what stands before them is the name of the corner.
 * @param {string} row @param {string} crs @param {string} language
 * @returns {[number, number]|null}
 */
function cornerOf(row, crs, language) {
  const zone = crs === WGS84 ? null : utmZone(crs);
  if (crs !== WGS84 && !zone) throw new LocalProblem("openings.js-other-system");
  const cells = row.split(/[\t;]|\s{2,}/).map((cell) => cell.trim()).filter(Boolean);
  const [x, y] = cells.length >= 2 ? cells.slice(-2) : row.split(/\s+/).slice(-2);
  if (zone) {
    const metres = [x, y].map(plain);
    return metres.every((value) => value > 10000) ? /** @type {[number, number]} */ (fromUtm(metres[0], metres[1], zone)) : null;
  }
  const [lon, lat] = [angle(x, "x", language), angle(y, "y", language)];
  if (lon !== null && lat !== null) return [lon, lat];
  // Written latitude first: only where the letters of the hemispheres say so.
  const [otherLon, otherLat] = [angle(y, "x", language), angle(x, "y", language)];
  return /[NS]/i.test(x) && otherLon !== null && otherLat !== null ? [otherLon, otherLat] : null;
}

/** @param {string} text */
const plain = (text) => Number((text ?? "").replace(/[\s\u00a0\u202f]/g, "").replace(",", "."));

/** @param {string} text @param {"x"|"y"} axis @param {string} language */
function angle(text, axis, language) {
  for (const style of ANGLE_STYLES) {
    const value = parseAngle(text ?? "", axis, style, language);
    if (value !== null) return value;
  }
  return null;
}
