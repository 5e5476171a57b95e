/** Lay the two sides of an overlap on the map: hatches and letters, so that colour is not needed. */

const PAD = [18, 18];

/**
 * @typedef {{left: any, right: any, shared: any, box: number[], after?: {left: any, right: any}}} CaseGround
 */

/**
 * Show both sides, what they share, and what would be afterwards.
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 * @param {CaseGround} ground GeoJSON geometries
 * @param {string} areaText what is written on the shared ground
 */
export function showCase(map, ground, areaText) {
  map.extend((L, leaflet) => {
    const renderer = L.svg({ padding: 0.5 });
    const shape = (/** @type {any} */ geometry, /** @type {any} */ style) =>
      L.geoJSON(geometry, { interactive: false, style: () => ({ renderer, ...style }) }).addTo(leaflet);
    shape(ground.right, { className: "case-shape-b", color: "#1d4e80", weight: 2.5, dashArray: "8 4" });
    shape(ground.left, { className: "case-shape-a", color: "#0d4a38", weight: 2.5 });
    const shared = shape(ground.shared, { className: "case-shape-shared", color: "#a31621", weight: 1.5 });
    for (const after of [ground.after?.left, ground.after?.right]) {
      if (after) shape(after, { fill: false, color: "#14110a", weight: 4 });
    }
    for (const [letter, geometry] of [["A", ground.left], ["B", ground.right]]) {
      const at = cornerOf(geometry, ground.shared);
      const icon = L.divIcon({ className: "case-map-letter", html: letter, iconSize: [28, 28] });
      if (at) L.marker(at, { icon, interactive: false, keyboard: false }).addTo(leaflet);
    }
    const middle = shared.getBounds().getCenter();
    const icon = L.divIcon({ className: "case-map-area", html: "<span></span>", iconSize: [0, 0] });
    L.marker(middle, { icon, interactive: false, keyboard: false }).addTo(leaflet);
    const label = leaflet.getPane("markerPane").querySelector(".case-map-area span");
    if (label) label.textContent = areaText;
    const [west, south, east, north] = ground.box;
    leaflet.fitBounds([[south, west], [north, east]], { padding: PAD, maxZoom: 15, animate: false });
  });
}

/**
 * Give the corner of a side that is furthest from what is shared, a little inside: for its letter.
 * @param {any} geometry
 * @param {any} shared
 * @returns {[number, number]|null}
 */
function cornerOf(geometry, shared) {
  const mine = positions(geometry.coordinates);
  const [cx, cy] = centre(positions(shared.coordinates ?? geometry.coordinates));
  if (mine.length === 0) return null;
  const away = mine.reduce((best, at) => (distance(at, [cx, cy]) > distance(best, [cx, cy]) ? at : best));
  const [mx, my] = centre(mine);
  return [away[1] + 0.2 * (my - away[1]), away[0] + 0.2 * (mx - away[0])];
}

/** @param {any} nested @returns {number[][]} */
function positions(nested) {
  if (!Array.isArray(nested) || nested.length === 0) return [];
  return typeof nested[0] === "number" ? [nested] : nested.flatMap(positions);
}

/** @param {number[][]} all */
function centre(all) {
  const sum = all.reduce(([x, y], at) => [x + at[0], y + at[1]], [0, 0]);
  return [sum[0] / all.length, sum[1] / all.length];
}

/** @param {number[]} one @param {number[]} other */
function distance(one, other) {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}
