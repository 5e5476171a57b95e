/** Keep what the map shows in the address: `#zoom/latitude/longitude/collection/id`. */

const ZOOMS = [3, 19];

/**
 * @typedef {{zoom: number, lat: number, lon: number, picked: {collection: string, id: string}|null}} View
 */

/**
 * Write a view as a fragment.
 * @param {View} view
 * @returns {string}
 */
export function writeFragment({ zoom, lat, lon, picked }) {
  const parts = [String(zoom), lat.toFixed(5), lon.toFixed(5)];
  if (picked) parts.push(picked.collection, encodeURIComponent(picked.id));
  return `#${parts.join("/")}`;
}

/**
 * Read a fragment; what is not a view gives null.
 * @param {string} fragment
 * @returns {View|null}
 */
export function readFragment(fragment) {
  const [zoom, lat, lon, collection, id] = fragment.replace(/^#/, "").split("/");
  const numbers = [zoom, lat, lon].map((text) => (text ? Number(text) : NaN));
  if (!numbers.every(Number.isFinite)) return null;
  const [z, y, x] = numbers;
  if (z < ZOOMS[0] || z > ZOOMS[1] || Math.abs(y) > 85 || Math.abs(x) > 180) return null;
  const picked = collection && id ? { collection, id: decoded(id) } : null;
  return { zoom: z, lat: y, lon: x, picked };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
