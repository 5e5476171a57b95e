/** Let a work be drawn on a map; without this script its place is written. */

import { byId } from "../dom.js";
import { createMap } from "../map.js";
import { sketchOn } from "../map_sketch.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const frame = byId("zone-map");
const written = /** @type {HTMLTextAreaElement} */ (byId("place"));
const drawn = (frame.dataset.drawn ?? "").split(" ");
const present = simple(written.value);
// A place of several parts is left to who writes it: a sketch has one.
if (present !== null) show(present);

/** @param {{kind: string, corners: [number, number][]}} place */
function show(place) {
  frame.hidden = false;
  byId("zone-tools").hidden = false;
  const say = sayer(embedded("sentences") ?? {}, language);
  const map = createMap(frame, { language, say, ...embedded("map-settings") });
  map.resized();
  if (place.corners.length > 0) map.fit(boxOf(place.corners), { animate: false });
  const kind = /** @type {"Point"|"LineString"|"Polygon"} */ (place.kind || drawn[0]);
  const sketch = sketchOn(map, { kind, corners: place.corners, changed: (corners) => write(kind, corners) });
  byId("zone-undo").addEventListener("click", () => sketch.undo());
  byId("zone-clear").addEventListener("click", () => sketch.clear());
}

/** @param {string} kind @param {[number, number][]} corners */
function write(kind, corners) {
  const told = (/** @type {[number, number][]} */ list) => list.map((one) => one.join(" ")).join(", ");
  if (kind === "Point") written.value = corners.length > 0 ? `POINT (${told(corners)})` : "";
  if (kind === "LineString") written.value = corners.length > 1 ? `LINESTRING (${told(corners)})` : "";
  if (kind === "Polygon") written.value = corners.length > 2 ? `POLYGON ((${told([...corners, corners[0]])}))` : "";
}

/** Read a point, a line or an outline without holes; nothing for anything else. @param {string} text */
function simple(text) {
  if (text.trim() === "") return { kind: "", corners: [] };
  const found = /^\s*(POINT|LINESTRING|POLYGON)\s*\(\(?([^()]*)\)?\)\s*$/.exec(text);
  if (found === null) return null;
  const kind = { POINT: "Point", LINESTRING: "LineString", POLYGON: "Polygon" }[found[1]] ?? "";
  const corners = found[2].split(",").map((pair) => /** @type {[number, number]} */ (pair.trim().split(/\s+/).map(Number)));
  return { kind, corners: kind === "Polygon" ? corners.slice(0, -1) : corners };
}

/** @param {[number, number][]} corners */
function boxOf(corners) {
  const lons = corners.map((one) => one[0]);
  const lats = corners.map((one) => one[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
