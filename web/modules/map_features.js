/** Put the pieces of features that tiles hold together again, as a list a person can read. */

/**
 * @typedef {{collection: string, id: string, name?: string, kind?: string, status?: string, holder?: string, box: number[]}} Piece
 */

/**
 * Make the function that turns a box in a tile's pixels into degrees.
 * @param {{x: number, y: number, z: number}} tile
 * @param {number} size pixels of the tile's side
 */
export function tileBox({ x, y, z }, size) {
  const across = 2 ** z;
  const lon = (/** @type {number} */ px) => ((x + px / size) / across) * 360 - 180;
  const lat = (/** @type {number} */ px) =>
    (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + px / size)) / across))) * 180) / Math.PI;
  return (/** @type {{minX: number, minY: number, maxX: number, maxY: number}} */ box) => [
    lon(box.minX), lat(box.maxY), lon(box.maxX), lat(box.minY),
  ];
}

/**
 * Give the tile in which a position lies.
 * @param {number} lat
 * @param {number} lon
 * @param {number} z
 * @returns {{x: number, y: number, z: number}}
 */
export function tileAt(lat, lon, z) {
  const across = 2 ** z;
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = Math.floor(((lon + 180) / 360) * across);
  return { x, y: Math.floor((0.5 - Math.atanh(sine) / (2 * Math.PI)) * across), z };
}

/**
 * Merge the pieces of each feature, keeping the features that meet a box.
 * @param {Piece[]} pieces
 * @param {number[]} view west, south, east, north
 * @returns {Piece[]}
 */
export function mergePieces(pieces, view) {
  /** @type {Map<string, Piece>} */
  const whole = new Map();
  for (const piece of pieces) {
    const key = `${piece.collection} ${piece.id}`;
    const known = whole.get(key);
    whole.set(key, known ? { ...known, box: around(known.box, piece.box) } : piece);
  }
  return [...whole.values()].filter(({ box }) => meet(box, view));
}

/**
 * Order features as a page is read: by bands from north to south, then from west to east.
 * @param {Piece[]} features
 * @param {number} [bands]
 * @returns {Piece[]}
 */
export function inReadingOrder(features, bands = 12) {
  if (features.length === 0) return [];
  const middles = features.map((feature) => ({ feature, lon: (feature.box[0] + feature.box[2]) / 2, lat: (feature.box[1] + feature.box[3]) / 2 }));
  const top = Math.max(...middles.map(({ lat }) => lat));
  const height = (top - Math.min(...middles.map(({ lat }) => lat))) / bands || 1;
  const band = (/** @type {number} */ lat) => Math.min(bands - 1, Math.floor((top - lat) / height));
  return middles
    .sort((a, b) => band(a.lat) - band(b.lat) || a.lon - b.lon || (a.feature.id < b.feature.id ? -1 : 1))
    .map(({ feature }) => feature);
}

/** @param {number[]} a @param {number[]} b */
function around(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** @param {number[]} a @param {number[]} b */
function meet(a, b) {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}
