/** Let readers lay rasters over the map: a box, a slider and a legend for each that they may see. */

import { getJson } from "./api.js";
import { byId, h } from "./dom.js";
import { rasterLayers } from "./map_rasters.js";
import { valueWriter } from "./sentences.js";

const OPACITY = 60; // per cent
const RAMP_WIDTH = 160;
const RAMP_HEIGHT = 12;

/**
 * Add the rasters of this register to the legend, once they are known; none, no section.
 * @param {{map: any, say: (code: string, values?: Record<string, unknown>) => string, language: string}} what
 */
export async function keepRasters({ map, say, language }) {
  const { rasters } = await getJson("/api/rasters").catch(() => ({ rasters: [] }));
  if (!rasters.length) return;
  const layers = map.extend((/** @type {any} */ _leaflet, /** @type {any} */ inner) => rasterLayers(inner));
  byId("legend").append(
    h("div", { class: "legend-layer legend-rasters" },
      h("h3", {}, say("map.layer-rasters")),
      h("p", { class: "hint" }, say("map.rasters-hint")),
      ...rasters.map((/** @type {any} */ raster) => entry(raster, layers, say, valueWriter(language)))),
  );
}

/** @param {any} raster @param {any} layers @param {any} say @param {any} write */
function entry(raster, layers, say, write) {
  const box = h("input", { type: "checkbox" });
  const slider = h("input", { type: "range", min: "10", max: "100", step: "5", value: String(OPACITY), "aria-label": say("map.raster-opacity", { name: raster.name }) });
  const more = h("div", { class: "legend-raster", hidden: true }, slider, ...legend(raster, write), h("p", { class: "hint" }, say("map.raster-source", raster)));
  const opacity = () => Number(slider.value) / 100;
  box.addEventListener("change", (event) => {
    event.stopPropagation(); // the legend's own listener knows the register's layers only
    more.hidden = !box.checked;
    if (box.checked) layers.show(raster, opacity());
    else layers.hide(raster.key);
  });
  slider.addEventListener("input", () => layers.fade(raster.key, opacity()));
  slider.addEventListener("change", (event) => event.stopPropagation());
  const note = raster.classification === "public" ? "" : ` (${say("map.raster-internal")})`;
  return h("div", {}, h("label", { class: "check" }, box, h("span", {}, raster.name, note)), more);
}

/** @param {any} raster @param {(value: any) => string} write */
function legend({ legend: { palette, range, classes }, unit }, write) {
  if (classes.length) {
    return [h("ul", {}, ...classes.map((/** @type {any} */ one) => h("li", {}, swatch([one.colour], 20), one.name)))];
  }
  if (!palette.length) return [];
  const [least, greatest] = range.map((/** @type {number} */ value) => [write(value), unit].filter(Boolean).join(" "));
  return [h("div", { class: "legend-ramp" }, swatch(palette, RAMP_WIDTH), h("span", {}, least), h("span", {}, greatest))];
}

/** Paint colours side by side, fading into each other. @param {string[]} colours @param {number} width */
function swatch(colours, width) {
  const canvas = h("canvas", { class: "raster-ramp", width: String(width), height: String(RAMP_HEIGHT), "aria-hidden": "true" });
  const context = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d"));
  const ramp = context.createLinearGradient(0, 0, width, 0);
  colours.forEach((colour, place) => ramp.addColorStop(colours.length > 1 ? place / (colours.length - 1) : 0, colour));
  context.fillStyle = ramp;
  context.fillRect(0, 0, width, RAMP_HEIGHT);
  return canvas;
}
