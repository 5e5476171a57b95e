/** Controls on the map: names for Leaflet's buttons, the position under the pointer or the centre. */

import L from "leaflet";

import { writeDms, writeUtm } from "./coordinates.js";

/**
 * Give names to what a screen reader meets on the map.
 * @param {HTMLElement} element
 * @param {import("./map.js").MapOptions} options
 */
export function nameControls(element, { say }) {
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", say("map.name"));
  element.setAttribute("aria-describedby", "map-keys");
  for (const link of element.querySelectorAll("a.leaflet-control-zoom-in, a.leaflet-control-zoom-out")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", link.getAttribute("title") ?? "");
  }
}

/**
 * Write the position under the pointer in DMS and UTM; the centre's when nothing points.
 * @param {L.Map} map
 * @param {import("./map.js").MapOptions} options
 */
export function positionReadout(map, { language, say }) {
  const box = L.DomUtil.create("div", "map-position");
  const control = new L.Control({ position: "bottomright" });
  control.onAdd = () => box;
  control.addTo(map);
  const write = (/** @type {L.LatLng} */ { lat, lng }, /** @type {string} */ code) => {
    box.replaceChildren(
      Object.assign(document.createElement("span"), { className: "map-position-what", textContent: say(code) }),
      Object.assign(document.createElement("span"), { textContent: writeDms(lng, lat, language) }),
      Object.assign(document.createElement("span"), { textContent: writeUtm(lng, lat) }),
    );
  };
  const centre = () => write(map.getCenter(), "map.at-centre");
  map.on("mousemove", (event) => write(event.latlng, "map.at-pointer"));
  map.on("mouseout moveend", centre);
  centre();
}

/**
 * Add the button that shows the whole country again.
 * @param {L.Map} map
 * @param {import("./map.js").MapOptions} options
 */
export function homeButton(map, { bounds: [west, south, east, north], say }) {
  const control = new L.Control({ position: "topright" });
  control.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar");
    const link = L.DomUtil.create("a", "map-home", bar);
    Object.assign(link, { href: "#", title: say("map.whole"), textContent: "⌂" });
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", say("map.whole"));
    L.DomEvent.on(link, "click", L.DomEvent.stop);
    L.DomEvent.on(link, "click", () => map.fitBounds([[south, west], [north, east]]));
    return bar;
  };
  control.addTo(map);
}
