/** Lay rasters over the map: one image layer each, blended so that the register stays readable. */

import L from "leaflet";

const PANE = "rasters";
const ABOVE_TILES = "250"; // Leaflet's tiles lie at 200, drawings at 400
const SITE = /^https?:\/\/[^/]+/;

/**
 * Make room for rasters on a map; they are shown and hidden by key.
 * @param {L.Map} map
 */
export function rasterLayers(map) {
  const pane = map.createPane(PANE);
  pane.style.zIndex = ABOVE_TILES;
  pane.classList.add("map-rasters");
  /** @type {Map<string, L.TileLayer>} */
  const layers = new Map();

  return {
    /** @param {{key: string, tiles: string, bounds: number[]}} raster @param {number} opacity 0–1 */
    show(raster, opacity) {
      const [west, south, east, north] = raster.bounds;
      const bounds = L.latLngBounds([south, west], [north, east]);
      const layer = L.tileLayer(raster.tiles.replace(SITE, ""), { pane: PANE, bounds, opacity, keepBuffer: 1 });
      layers.get(raster.key)?.remove();
      layers.set(raster.key, layer.addTo(map));
    },
    /** @param {string} key */
    hide(key) {
      layers.get(key)?.remove();
      layers.delete(key);
    },
    /** @param {string} key @param {number} opacity */
    fade: (key, opacity) => layers.get(key)?.setOpacity(opacity),
  };
}
