/** Let a zone to follow be drawn on a map; without this script its corners are written. */

import { byId } from "../dom.js";
import { createMap } from "../map.js";
import { sketchOn } from "../map_sketch.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const part = /** @type {HTMLDetailsElement} */ (byId("zone-part"));
part.addEventListener("toggle", () => part.open && show());
if (part.open) show();

/** Make the map the first time its part is opened: it weighs more than the rest of the page. */
function show() {
  const frame = byId("zone-map");
  if (!frame.hidden) return;
  frame.hidden = false;
  byId("zone-tools").hidden = false;
  const written = /** @type {HTMLTextAreaElement} */ (byId("zone"));
  const say = sayer(embedded("sentences") ?? {}, language);
  const map = createMap(frame, { language, say, ...embedded("map-settings") });
  map.resized();
  const sketch = sketchOn(map, {
    kind: "Polygon",
    changed: (corners) => {
      written.value = corners.length < 3 ? "" : wkt(corners);
    },
  });
  byId("zone-undo").addEventListener("click", () => sketch.undo());
  byId("zone-clear").addEventListener("click", () => sketch.clear());
}

/** @param {[number, number][]} corners */
function wkt(corners) {
  return `POLYGON((${[...corners, corners[0]].map((one) => one.join(" ")).join(", ")}))`;
}
