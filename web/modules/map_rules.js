/** Order and looks of the tile layers: what the painter draws, from the ground up. */

import { CenteredTextSymbolizer, LineLabelSymbolizer, OffsetTextSymbolizer } from "protomaps-leaflet";

import { INK, kindColour, lookOf, paintLook } from "./map_symbols.js";

const FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
export const LAND = "#fdfcf8";
// Not every neighbour's outline is at hand: what is not this country is drawn as one quiet ground.
export const GROUND = "#efece4";
const LAKE = "#dbe7ec";
const NAMED_AGAIN_PX = 600;
const NUMBERED_ZOOM = 12;
const LETTER_PX = 7;
const UNDER_PX = 10;
const AWAITING = "?";
const SMALLEST_PX = 5;
const WATER = "#8fb4c4";
const BORDER = "#8a8375";
/** Layers a person can show and hide, in the order of the legend. */
export const SWITCHES = ["titles", "applications", "zones", "works", "units", "places"];
const MEMBERS = {
  units: ["regions", "prefectures"],
  places: ["towns", "rivers", "lakes"],
};

/**
 * Tell which switch governs a tile layer.
 * @param {string} layer
 */
export function switchOf(layer) {
  for (const [name, members] of Object.entries(MEMBERS)) if (members.includes(layer)) return name;
  return layer;
}

/**
 * Make the painter's rules.
 * @param {{placeOfKind: (kind: string) => number, isOn: (name: string) => boolean}} what
 */
export function paintRules({ placeOfKind, isOn }) {
  const look = (/** @type {string} */ layer) => ({
    draw: (/** @type {any} */ context, /** @type {any} */ geom, /** @type {number} */ _z, /** @type {any} */ feature) =>
      paintLook(context, large(geom), lookOf(layer, feature.props, placeOfKind)),
  });
  return [
    area("neighbours", GROUND, "#c3bdae", 0.8),
    area("countries", LAND, BORDER, 1.6),
    area("lakes", LAKE, WATER, 0.8),
    line("rivers", (/** @type {number} */ z) => ({ stroke: WATER, width: z < 9 ? 0.7 : 1.4, dash: [] })),
    line("prefectures", () => ({ stroke: "#c9c1ae", width: 0.8, dash: [3, 3] }), 8),
    line("coast", () => ({ stroke: "#6f97a6", width: 1, dash: [] })),
    line("regions", () => ({ stroke: BORDER, width: 1.1, dash: [8, 3, 2, 3] })),
    { dataLayer: "zones", symbolizer: look("zones") },
    { dataLayer: "titles", symbolizer: look("titles") },
    { dataLayer: "applications", symbolizer: look("applications") },
    { dataLayer: "works", symbolizer: { draw: paintWork } },
    { dataLayer: "towns", symbolizer: { draw: paintTown } },
  ].map((rule) => ({ ...rule, filter: () => isOn(switchOf(rule.dataLayer)) }));
}

/**
 * Make the rules of names on the map.
 * @param {{isOn: (name: string) => boolean, letterOfKind: (kind: string) => string, placeOfKind: (kind: string) => number}} what
 */
export function labelRules({ isOn, letterOfKind, placeOfKind }) {
  const shown = (/** @type {string} */ layer) => () => isOn(switchOf(layer));
  return [
    { dataLayer: "towns", filter: shown("towns"), sort: byImportance, symbolizer: townName() },
    { dataLayer: "titles", minzoom: 10, filter: shown("titles"), symbolizer: rightName(letterOfKind, (f) => kindColour(placeOfKind(f.props.kind))) },
    { dataLayer: "applications", minzoom: 10, filter: shown("applications"), symbolizer: rightName(() => AWAITING, () => "#6b3f04") },
    { dataLayer: "zones", minzoom: 9, filter: shown("zones"), symbolizer: areaName("#1f5a22", 11, "italic") },
    { dataLayer: "neighbours", minzoom: 7, maxzoom: 9, filter: () => true, symbolizer: areaName("#8a8375", 12, "normal") },
    { dataLayer: "regions", maxzoom: 9, filter: shown("regions"), symbolizer: areaName("#6a6353", 12, "normal") },
    { dataLayer: "prefectures", minzoom: 9, filter: shown("prefectures"), symbolizer: areaName("#777060", 11, "normal") },
    { dataLayer: "rivers", minzoom: 10, filter: shown("rivers"), symbolizer: new LineLabelSymbolizer({ labelProps: ["name"], fill: "#3f7388", stroke: "#ffffff", width: 2, font: `italic 11px ${FONT}` }) },
  ];
}

/** @param {string} layer @param {string} fill @param {string} stroke @param {number} width */
function area(layer, fill, stroke, width) {
  const draw = (/** @type {any} */ context, /** @type {any} */ geom) =>
    paintLook(context, geom, { stroke, fill, fillOpacity: 1, width, dash: [], hatch: "" });
  return { dataLayer: layer, symbolizer: { draw } };
}

/** @param {string} layer @param {(z: number) => {stroke: string, width: number, dash: number[]}} look @param {number} [minzoom] */
function line(layer, look, minzoom) {
  const draw = (/** @type {any} */ context, /** @type {any} */ geom, /** @type {number} */ z) =>
    paintLook(context, geom, { fill: "", fillOpacity: 0, hatch: "", ...look(z) });
  return { dataLayer: layer, minzoom, symbolizer: { draw } };
}

/** Lines of energy as a dark line with ticks' colour; points as a square with a light rim. */
function paintWork(/** @type {any} */ context, /** @type {any} */ geom, /** @type {number} */ z, /** @type {any} */ feature) {
  const planned = feature.props.state !== "in-service";
  if (feature.geomType === 1) {
    const s = z < 9 ? 4 : 7;
    for (const [{ x, y }] of geom) {
      context.fillStyle = planned ? "#ffffff" : "#b3261e";
      context.strokeStyle = planned ? "#b3261e" : "#ffffff";
      context.lineWidth = 1.4;
      context.beginPath();
      context.rect(x - s / 2, y - s / 2, s, s);
      context.fill();
      context.stroke();
    }
    return;
  }
  paintLook(context, geom, { stroke: "#b3261e", fill: "#b3261e", fillOpacity: feature.geomType === 3 ? 0.15 : 0, width: 1.4, dash: planned ? [5, 4] : [], hatch: "" });
}

function paintTown(/** @type {any} */ context, /** @type {any} */ geom, /** @type {number} */ z, /** @type {any} */ feature) {
  const radius = Number(feature.props.importance ?? 0) > 2 ? 3 : 2;
  if (z < 8 && radius < 3) return;
  context.fillStyle = "#ffffff";
  context.strokeStyle = INK;
  context.lineWidth = 1.2;
  for (const [{ x, y }] of geom) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** @param {any} a @param {any} b */
function byImportance(a, b) {
  return Number(b.importance ?? 0) - Number(a.importance ?? 0);
}

function townName() {
  const size = (/** @type {any} */ f) => (Number(f?.props.importance ?? 0) > 2 ? 13 : 11);
  return new OffsetTextSymbolizer({
    labelProps: ["name"], offsetX: 5, offsetY: 4, fill: INK, stroke: "#ffffff", width: 3,
    font: (/** @type {number} */ _z, /** @type {any} */ f) => `${size(f) > 12 ? 600 : 400} ${size(f)}px ${FONT}`,
  });
}

/** @param {(kind: string) => string} letterOfKind @param {(f: any) => string} colour */
function rightName(letterOfKind, colour) {
  const symbolizer = new CenteredTextSymbolizer({
    labelProps: ["label"], fill: (/** @type {number} */ _z, /** @type {any} */ f) => (f ? colour(f) : INK),
    stroke: "#ffffff", width: 2.5, font: `600 11px ${FONT}`, maxLineChars: 24,
  });
  const place = (/** @type {any} */ layout, /** @type {any} */ geom, /** @type {any} */ feature) => {
    const label = labelOf(letterOfKind(feature.props.kind), feature.props.id, layout.zoom);
    return symbolizer.place(layout, inOrUnder(geom, label), { ...feature, props: { ...feature.props, label } });
  };
  return onceInView({ place });
}

/** Letters from afar, the number from near, where it says the letters itself. @param {string} letters @param {string} number @param {number} zoom */
function labelOf(letters, number, zoom) {
  if (zoom < NUMBERED_ZOOM) return letters;
  return letters === AWAITING || number.startsWith(letters) ? number : `${letters} ${number}`;
}

/** Give the place of a label: the middle of what can hold it, else just under. @param {{x: number, y: number}[][]} geom @param {string} label */
function inOrUnder(geom, label) {
  const { middle, wide, high } = extent(geom);
  if (wide < label.length * LETTER_PX) middle.y += high / 2 + UNDER_PX;
  return [[middle]];
}

/** Make what is too small to be seen a square of a few pixels. @param {any[][]} geom */
function large(geom) {
  const { middle, wide, high } = extent(geom);
  if (Math.max(wide, high) >= SMALLEST_PX) return geom;
  const half = SMALLEST_PX / 2;
  return [[[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x, y]) => ({ x: middle.x + x * half, y: middle.y + y * half }))];
}

/** @param {any[][]} geom */
function extent(geom) {
  const all = geom.flat();
  const xs = all.map(({ x }) => x);
  const ys = all.map(({ y }) => y);
  const [west, east, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const middle = all[0].clone();
  [middle.x, middle.y] = [(west + east) / 2, (top + bottom) / 2];
  return { middle, wide: east - west, high: bottom - top };
}

/** @param {string} fill @param {number} size @param {string} slant */
function areaName(fill, size, slant) {
  const symbolizer = new CenteredTextSymbolizer({
    labelProps: ["name"], fill, stroke: "#ffffff", width: 2, font: `${slant} 500 ${size}px ${FONT}`, maxLineChars: 18,
  });
  const place = (/** @type {any} */ layout, /** @type {any} */ geom, /** @type {any} */ feature) =>
    symbolizer.place(layout, [[extent(geom).middle]], feature);
  return onceInView({ place });
}

/** Name a thing once, although each tile it meets holds a piece of it. @param {any} symbolizer */
function onceInView(symbolizer) {
  return {
    place: (/** @type {any} */ layout, /** @type {any} */ geom, /** @type {any} */ feature) =>
      symbolizer.place(layout, geom, feature)?.map((/** @type {any} */ label) => ({
        ...label, deduplicationKey: feature.props.id ?? feature.props.name, deduplicationDistance: NAMED_AGAIN_PX,
      })),
  };
}
