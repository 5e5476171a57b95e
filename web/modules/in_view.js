/** Keep the list of what the map shows: the text that says the same as the picture. */

import { afterPause, byId, h } from "./dom.js";

const MOST = 40;
const PAUSE_MS = 250;

/**
 * Keep the list in step with the map.
 * @param {{map: any, settings: any, say: (code: string, values?: Record<string, unknown>) => string, onPick: (feature: any) => void}} what
 */
export function keepInView({ map, settings, say, onPick }) {
  const section = byId("in-view");
  const list = /** @type {HTMLElement} */ (section.querySelector("ol"));
  const kinds = new Map(settings.kinds.map((/** @type {any} */ kind) => [kind.id, kind.label]));
  const kindOf = (/** @type {any} */ { collection, kind }) => kinds.get(kind) ?? settings.labels[collection]?.[kind] ?? "";
  let before = "";

  const write = () => {
    const features = map.featuresInView();
    const shown = features.slice(0, MOST);
    const now = shown.map((/** @type {any} */ { collection, id }) => `${collection} ${id}`).join();
    section.hidden = false;
    byId("in-view-count").textContent = countOf(features.length, shown.length, say);
    if (now === before) return;
    before = now;
    list.replaceChildren(...shown.map((/** @type {any} */ feature) => item(feature, kindOf(feature), say, onPick)));
  };
  const later = afterPause(write, PAUSE_MS);
  map.on("move", later);
  map.on("tiles", later);
  map.on("layers", later);
}

/** @param {number} total @param {number} shown @param {(code: string, values?: Record<string, unknown>) => string} say */
function countOf(total, shown, say) {
  if (total === 0) return say("map.in-view-none");
  if (total === 1) return say("map.in-view-one");
  return total > shown ? say("map.in-view-more", { shown, total }) : say("map.in-view-count", { shown });
}

/** @param {any} feature @param {string} kind @param {(code: string) => string} say @param {(feature: any) => void} onPick */
function item(feature, kind, say, onPick) {
  const status = feature.status ?? feature.state;
  const detail = [kind || say(`map.one-${feature.collection}`), feature.holder, status && say(`map.status-${status}`)];
  const name = feature.name || feature.id;
  return h("li", {},
    h("button", { type: "button", class: "result", onclick: () => onPick(feature) },
      h("span", { class: "result-name" }, name, " ", name === feature.id ? null : h("span", { class: "code" }, feature.id)),
      h("span", { class: "result-detail" }, detail.filter(Boolean).join(" · "))));
}
