/** Make the legend true: swatches painted as the map paints, boxes that show and hide. */

import { byId } from "./dom.js";
import { lookOf, paintLook } from "./map_symbols.js";

const SCALE = 2; // canvases are drawn twice as large as shown, for sharp screens

/**
 * @param {{map: any, settings: {kinds: {id: string}[]}}} what
 */
export function keepLegend({ map, settings }) {
  const legend = byId("legend");
  const placeOfKind = (/** @type {string} */ kind) => Math.max(0, settings.kinds.findIndex(({ id }) => id === kind));
  for (const canvas of legend.querySelectorAll("canvas")) paintSwatch(canvas, placeOfKind);
  legend.addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    map.setLayer(box.value, box.checked);
  });
}

/** @param {HTMLCanvasElement} canvas @param {(kind: string) => number} placeOfKind */
function paintSwatch(canvas, placeOfKind) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { layer = "titles", kind = "", status = "in-force", letters } = canvas.dataset;
  context.scale(SCALE, SCALE);
  const [wide, high] = [canvas.width / SCALE, canvas.height / SCALE];
  const frame = [[[2, 2], [wide - 2, 2], [wide - 2, high - 2], [2, high - 2], [2, 2]].map(([x, y]) => ({ x, y }))];
  if (layer === "works") return paintLook(context, workIcon(wide, high), { stroke: "#b3261e", fill: "#b3261e", fillOpacity: 1, width: 1.4, dash: [], hatch: "" });
  const look = lookOf(layer, { kind, status }, placeOfKind);
  paintLook(context, frame, look);
  if (!letters) return undefined;
  context.font = "600 8px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = look.stroke;
  return context.fillText(letters, wide / 2, high / 2 + 0.5);
}

/** A line that meets a square, as the map draws lines and plants. @param {number} wide @param {number} high */
function workIcon(wide, high) {
  const [x, y, s] = [wide / 2, high / 2, 3];
  return [
    [{ x: 1, y }, { x: wide - 1, y }],
    [{ x: x - s, y: y - s }, { x: x + s, y: y - s }, { x: x + s, y: y + s }, { x: x - s, y: y + s }, { x: x - s, y: y - s }],
  ];
}
