/** Give the lines of the titles in view, exact as the server keeps them, to snap corners to. */

const CLOSE_ZOOM = 9;
const MOST = 300;

/**
 * Follow the view of a map.
 *
 * @param {object} map @param {(address: string) => Promise<object>} get
 * @returns {{lines: () => [number, number][][]}}
 */
export function titleLines(map, get) {
  let lines = [];
  let asked = "";
  async function follow() {
    if (map.view().zoom < CLOSE_ZOOM) return;
    const bbox = map.box().map((degrees) => degrees.toFixed(3)).join(",");
    if (bbox === asked) return;
    asked = bbox;
    const address = `/ogc/collections/titles/items?f=json&limit=${MOST}&bbox=${bbox}`;
    // Snapping is a help: without an answer, drawing goes on.
    const found = await get(address).catch(() => null);
    if (found && bbox === asked) lines = found.features.flatMap(({ geometry }) => linesOf(geometry));
  }
  map.on("move", follow);
  follow();
  return { lines: () => lines };
}

/** List the rings of a geometry. */
export function linesOf(geometry) {
  if (geometry?.type === "Polygon") return geometry.coordinates;
  return geometry?.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}
