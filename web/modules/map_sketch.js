/**
 * Sketch a point, a line or an outline by touching the map: a touch adds a corner, a corner can be
 * dragged, the last one taken back. For what is followed or placed, not for rights: perimeters are
 * drawn with map_drawing.js.
 */

const LINE = { color: "#1d4e80", weight: 3, interactive: false };
const OUTLINE = { ...LINE, fillColor: "#1d4e80", fillOpacity: 0.12 };
const DIGITS = 6;

/**
 * Let somebody sketch on a map.
 * @param {ReturnType<typeof import("./map.js").createMap>} map
 * @param {{kind: "Point"|"LineString"|"Polygon", corners?: [number, number][], changed: (corners: [number, number][]) => void}} options
 *     corners are [longitude, latitude]
 */
export function sketchOn(map, options) {
  let kind = options.kind;
  /** @type {[number, number][]} */
  let corners = [...(options.corners ?? [])];
  const redraw = map.extend((L, leaflet) => {
    const shown = L.layerGroup().addTo(leaflet);
    return () => {
      shown.clearLayers();
      const places = corners.map(([lon, lat]) => L.latLng(lat, lon));
      if (kind === "Polygon" && places.length > 2) L.polygon(places, OUTLINE).addTo(shown);
      else if (kind !== "Point") L.polyline(places, LINE).addTo(shown);
      for (const [index, place] of places.entries()) {
        const icon = L.divIcon({ className: "sketch-corner", iconSize: [24, 24] });
        const corner = L.marker(place, { draggable: true, keyboard: true, icon }).addTo(shown);
        corner.getElement()?.setAttribute("aria-label", String(index + 1));
        corner.on("dragend", () => {
          const { lat, lng } = corner.getLatLng();
          corners[index] = rounded(lng, lat);
          tell();
        });
      }
    };
  });
  const tell = () => {
    redraw();
    options.changed(corners);
  };
  map.on("click", ({ lat, lon }) => {
    corners = kind === "Point" ? [rounded(lon, lat)] : [...corners, rounded(lon, lat)];
    tell();
  });
  redraw();
  return {
    /** Take the last corner back. */
    undo() {
      corners = corners.slice(0, -1);
      tell();
    },
    /** Begin again. */
    clear() {
      corners = [];
      tell();
    },
    /** Sketch something else with the corners there are. @param {"Point"|"LineString"|"Polygon"} other */
    as(other) {
      kind = other;
      if (kind === "Point") corners = corners.slice(-1);
      tell();
    },
  };
}

/** @param {number} lon @param {number} lat @returns {[number, number]} */
function rounded(lon, lat) {
  return [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
}
