/** Lay the ground of a dossier on the map, and what it shares with others. */

/**
 * @param {ReturnType<typeof import("../map.js").createMap>} map
 * @param {{ground: any, shared: any[], box: number[]}} ground GeoJSON geometries
 */
export function showGround(map, ground) {
  map.extend((L, leaflet) => {
    const renderer = L.svg({ padding: 0.5 });
    const shape = (/** @type {any} */ geometry, /** @type {any} */ style) =>
      L.geoJSON(geometry, { interactive: false, style: () => ({ renderer, ...style }) }).addTo(leaflet);
    shape(ground.ground, { color: "#0d4a38", weight: 3, fillOpacity: 0.12 });
    for (const shared of ground.shared) shape(shared, { color: "#a31621", weight: 2, dashArray: "4 3" });
    const [west, south, east, north] = ground.box;
    leaflet.fitBounds([[south, west], [north, east]], { padding: [18, 18], maxZoom: 15, animate: false });
  });
}
