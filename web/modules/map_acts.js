/** Lay what an act would give on the map: before dashed, held hatched with letters, freed crossed. */

const PAD = [22, 22];

/**
 * @typedef {{before: any[], held: {letter: string, ground: any, at: [number, number]}[], freed: any, box: number[]|null}} ActGround
 */

/**
 * Make what shows the ground of an act; each call replaces what the one before showed.
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 * @returns {(ground: ActGround) => void}
 */
export function actGround(map) {
  return map.extend((L, leaflet) => {
    const renderer = L.svg({ padding: 0.5 });
    const shown = L.layerGroup().addTo(leaflet);
    let boxBefore = "";
    const shape = (/** @type {any} */ geometry, /** @type {any} */ style) =>
      L.geoJSON(geometry, { interactive: false, style: () => ({ renderer, ...style }) }).addTo(shown);

    return (ground) => {
      shown.clearLayers();
      for (const { ground: held } of ground.held) shape(held, { className: "act-shape-held", color: "#0d4a38", weight: 2.5 });
      if (ground.freed) shape(ground.freed, { className: "act-shape-freed", color: "#a31621", weight: 2 });
      for (const before of ground.before) shape(before, { fill: false, color: "#14110a", weight: 2, dashArray: "7 5" });
      for (const { letter, at: [lon, lat] } of ground.held) {
        if (!letter) continue;
        const icon = L.divIcon({ className: "act-map-letter", html: "<b></b>", iconSize: [28, 28] });
        const marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(shown);
        const place = marker.getElement()?.firstElementChild;
        if (place) place.textContent = letter;
      }
      const box = JSON.stringify(ground.box);
      if (!ground.box || box === boxBefore) return;
      boxBefore = box;
      const [west, south, east, north] = ground.box;
      leaflet.fitBounds([[south, west], [north, east]], { padding: PAD, maxZoom: 17, animate: false });
    };
  });
}
