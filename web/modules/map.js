/**
 * Show the register on a map. This family (map*.js) is the only one that knows Leaflet.
 *
 * Positions are `{lat, lon}` in degrees of WGS 84, boxes `[west, south, east, north]`.
 */

import L from "leaflet";

import { homeButton, nameControls, positionReadout } from "./map_controls.js";
import { registerTiles } from "./map_tiles.js";

const HIGHLIGHTS = {
  picked: { color: "#14110a", weight: 3, fill: true, fillColor: "#f6c445", fillOpacity: 0.35 },
  drawn: { color: "#1d4e80", weight: 2.5, fill: true, fillColor: "#1d4e80", fillOpacity: 0.12 },
  overlap: { color: "#a31621", weight: 2, fill: true, fillColor: "#a31621", fillOpacity: 0.4 },
  proposal: { color: "#0d4a38", weight: 2.5, dashArray: "6 4", fill: false },
  point: { color: "#14110a", weight: 2, fillColor: "#f6c445", fillOpacity: 1, radius: 7 },
};
const CLOSEST_FIT_ZOOM = 13;

/**
 * @typedef {object} MapOptions
 * @property {string} language
 * @property {(code: string, values?: Record<string, unknown>) => string} say
 * @property {[number, number, number, number]} bounds the country
 * @property {{id: string, label: string, letters: string}[]} kinds in the ruleset's order
 * @property {import("./moment.js").Moment} [moment] another day than today
 */

/**
 * Put a map in an element.
 * @param {HTMLElement} element
 * @param {MapOptions} options
 */
export function createMap(element, options) {
  const map = L.map(element, {
    zoomControl: false, attributionControl: false, minZoom: 5, maxZoom: 19, zoomSnap: 1,
    maxBounds: padded(options.bounds), maxBoundsViscosity: 0.6, keyboard: true,
  });
  L.control.zoom({ position: "topright", zoomInTitle: options.say("map.zoom-in"), zoomOutTitle: options.say("map.zoom-out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
  map.fitBounds(toLatLngBounds(options.bounds));
  homeButton(map, options);
  const tiles = registerTiles(options);
  tiles.layer.addTo(map);
  positionReadout(map, options);
  nameControls(element, options);
  /** @type {Map<string, L.GeoJSON>} */
  const shown = new Map();
  /** @type {((what: any) => void)[]} */
  const layersListeners = [];

  return {
    /** Fit a box in view. @param {number[]} box @param {{animate?: boolean}} [how] */
    fit(box, how = {}) {
      map.fitBounds(toLatLngBounds(box), { padding: [24, 24], maxZoom: CLOSEST_FIT_ZOOM, animate: how.animate ?? true });
    },
    /** Look at a position. @param {{zoom: number, lat: number, lon: number}} view */
    lookAt({ zoom, lat, lon }) {
      map.setView([lat, lon], zoom);
    },
    /** Tell where one looks. */
    view() {
      const { lat, lng } = map.getCenter();
      return { zoom: map.getZoom(), lat, lon: lng };
    },
    /** Give the box in view. @returns {[number, number, number, number]} */
    box() {
      const b = map.getBounds();
      return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    },
    /**
     * Show a GeoJSON over everything else, in a role; it replaces what the role showed.
     * @param {any} geojson
     * @param {keyof typeof HIGHLIGHTS} [role]
     */
    showFeature(geojson, role = "picked") {
      this.hide(role);
      const style = HIGHLIGHTS[role];
      const layer = L.geoJSON(geojson, {
        interactive: false, style: () => style,
        pointToLayer: (_f, at) => L.circleMarker(at, { ...HIGHLIGHTS.point, interactive: false }),
      });
      shown.set(role, layer.addTo(map));
    },
    /** Take away what a role shows. @param {string} role */
    hide(role) {
      shown.get(role)?.remove();
      shown.delete(role);
    },
    /** Promise what lies at a position, the smallest first. @param {number} lat @param {number} lon */
    pick: (lat, lon) => tiles.at(lat, lon, map.getZoom()),
    /** Give what is in view, in reading order. */
    featuresInView: () => tiles.within(map.getBounds(), map.getZoom()),
    /** Show or hide a layer of the legend. @param {string} name @param {boolean} on */
    setLayer(name, on) {
      tiles.setLayer(name, on);
      for (const listener of layersListeners) listener({ name, on });
    },
    /** Draw again what has changed in the register. */
    refresh: () => tiles.refresh(),
    /**
     * Be told: `move` (view changed), `click` ({lat, lon}; Enter gives the centre), `tiles` (new
     * features drawn), `layers` (the legend was changed).
     * @param {"move"|"click"|"tiles"|"layers"} event
     * @param {(what: any) => void} listener
     */
    on(event, listener) {
      if (event === "move") map.on("moveend", () => listener(this.view()));
      if (event === "click") {
        map.on("click", (e) => listener({ lat: e.latlng.lat, lon: e.latlng.lng }));
        onEnter(element, () => listener({ lat: map.getCenter().lat, lon: map.getCenter().lng }));
      }
      if (event === "tiles") tiles.onLoaded(listener);
      if (event === "layers") layersListeners.push(listener);
    },
    /** Tell the map that its element changed size. */
    resized: () => map.invalidateSize(),
    /**
     * Let another module of the map families (map*.js, draw_map*.js) add to the map.
     * @template T
     * @param {(leaflet: typeof L, map: L.Map) => T} add
     * @returns {T}
     */
    extend: (add) => add(L, map),
  };
}

/** @param {HTMLElement} element @param {() => void} act */
function onEnter(element, act) {
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === element) act();
  });
}

/** @param {number[]} box */
function toLatLngBounds([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

/** @param {number[]} box */
function padded(box) {
  return toLatLngBounds(box).pad(1.2);
}
