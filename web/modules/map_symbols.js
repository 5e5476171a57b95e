/** Draw what the register holds so that colour is never the only sign: hatches, dashes, letters. */

export const INK = "#1b2420";
const KIND_COLOURS = ["#0d6b4f", "#1d4e80", "#7b3f00", "#6a2c70", "#9a5b00", "#0f6d7a", "#8f1d3f", "#475569"];
const APPLICATION = "#8a5208";
const ZONE = "#2f7d32";
const FADED = "#6b716c";
const HATCH_PX = 8;

/**
 * Give the colour of a kind by its place in the ruleset's list.
 * @param {number} place
 */
export function kindColour(place) {
  return KIND_COLOURS[((place % KIND_COLOURS.length) + KIND_COLOURS.length) % KIND_COLOURS.length];
}

/**
 * @typedef {{stroke: string, fill: string, fillOpacity: number, width: number, dash: number[], hatch: string}} Look
 */

/**
 * Say how a feature of a layer looks; map and legend use the same answer.
 * @param {string} layer
 * @param {Record<string, any>} properties kind, status
 * @param {(kind: string) => number} placeOfKind
 * @returns {Look}
 */
export function lookOf(layer, properties, placeOfKind) {
  if (layer === "applications") {
    return { stroke: APPLICATION, fill: "#e0a63a", fillOpacity: 0.12, width: 1.8, dash: [6, 3], hatch: "rising" };
  }
  if (layer === "zones") {
    const binds = properties.status === "in-force";
    return { stroke: ZONE, fill: ZONE, fillOpacity: binds ? 0.08 : 0, width: 0.8, dash: binds ? [] : [2, 3], hatch: binds ? "dots" : "" };
  }
  return titleLook(properties.status, kindColour(placeOfKind(properties.kind)));
}

/** @param {string} status @param {string} colour @returns {Look} */
function titleLook(status, colour) {
  const solid = { stroke: colour, fill: colour, fillOpacity: 0.22, width: 1.6, dash: [], hatch: "" };
  if (status === "suspended") return { ...solid, fillOpacity: 0.08, hatch: "cross" };
  if (status === "future") return { ...solid, fillOpacity: 0.08, dash: [8, 2, 2, 2] };
  if (status === "expired" || status === "ended") {
    return { ...solid, stroke: FADED, fill: FADED, fillOpacity: 0, width: 1, dash: [2, 2], hatch: "falling" };
  }
  return solid;
}

/** @type {Map<string, CanvasPattern|null>} */
const patterns = new Map();

/**
 * Make, once, the pattern of a hatch in a colour.
 * @param {CanvasRenderingContext2D} context
 * @param {string} hatch rising, falling, cross, dots
 * @param {string} colour
 */
export function hatchPattern(context, hatch, colour) {
  const key = `${hatch} ${colour}`;
  if (!patterns.has(key)) patterns.set(key, context.createPattern(drawHatch(hatch, colour), "repeat"));
  return patterns.get(key) ?? null;
}

/** @param {string} hatch @param {string} colour */
function drawHatch(hatch, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = HATCH_PX;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.strokeStyle = context.fillStyle = colour;
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  const s = HATCH_PX;
  context.beginPath();
  if (hatch === "dots") context.arc(s / 2, s / 2, 0.9, 0, 2 * Math.PI);
  if (hatch === "rising" || hatch === "cross") strokes(context, [[-1, 1, 1, -1], [0, s, s, 0], [s - 1, s + 1, s + 1, s - 1]]);
  if (hatch === "falling" || hatch === "cross") strokes(context, [[-1, s - 1, 1, s + 1], [0, 0, s, s], [s - 1, -1, s + 1, 1]]);
  if (hatch === "dots") context.fill();
  else context.stroke();
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} lines */
function strokes(context, lines) {
  for (const [x1, y1, x2, y2] of lines) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
}

/**
 * Paint polygon or line parts with a look.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}[][]} parts
 * @param {Look} look
 */
export function paintLook(context, parts, look) {
  context.beginPath();
  for (const part of parts) part.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (look.fillOpacity > 0) {
    context.globalAlpha = look.fillOpacity;
    context.fillStyle = look.fill;
    context.fill("evenodd");
  }
  context.globalAlpha = 1;
  const pattern = look.hatch ? hatchPattern(context, look.hatch, look.stroke) : null;
  if (pattern) {
    context.fillStyle = pattern;
    context.fill("evenodd");
  }
  context.strokeStyle = look.stroke;
  context.lineWidth = look.width;
  context.setLineDash(look.dash);
  context.stroke();
  context.setLineDash([]);
}
