/** Show what was picked: facts, status, downloads, its page, its link. */

import { ApiProblem, getJson } from "./api.js";
import { h } from "./dom.js";
import { atMoment } from "./moment.js";
import { valueWriter } from "./sentences.js";

const PAGES = { titles: "titles", applications: "applications", zones: "zones", works: "works", "administrative-units": "units" };
const KEYS = { titles: "number", applications: "number" };
const HIDDEN_FACTS = new Set(["number", "code", "name", "status", "state"]);

/**
 * @typedef {{element: HTMLElement, say: (code: string, values?: Record<string, unknown>) => string, language: string,
 *   onPick: (feature: any, how: any) => void, onClose: () => void, moment?: import("./moment.js").Moment}} PanelOptions
 */

/**
 * Make the panel.
 * @param {PanelOptions} options
 */
export function createPanel(options) {
  const { element, say, onClose } = options;
  /** @type {AbortController|undefined} */
  let underway;
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onClose();
  });

  return {
    /**
     * Show a feature, first as the map knows it, then as the register does.
     * @param {any} feature
     * @param {{others: any[], focus: boolean}} how
     * @returns {Promise<any>} the register's GeoJSON feature, null when it was not given
     */
    async show(feature, { others, focus }) {
      underway?.abort();
      underway = new AbortController();
      element.hidden = false;
      write(options, feature, h("p", { class: "hint busy" }, say("map.loading")), others);
      const heading = /** @type {HTMLElement} */ (element.querySelector("h2"));
      if (focus) heading.focus();
      try {
        const found = await getJson(atMoment(addressOf(feature), options.moment), { signal: underway.signal });
        write(options, { ...feature, ...found.properties, id: feature.id, collection: feature.collection }, facts(found.properties.facts ?? [], options.language), others);
        if (focus) /** @type {HTMLElement} */ (element.querySelector("h2")).focus();
        return found;
      } catch (error) {
        if (error instanceof ApiProblem) write(options, feature, h("p", { class: "notice notice-bad" }, error.message), others);
        return null;
      }
    },
    hide() {
      underway?.abort();
      element.hidden = true;
      element.replaceChildren();
    },
  };
}

/** @param {PanelOptions} options @param {any} feature @param {HTMLElement} body @param {any[]} others */
function write({ element, say, onPick, onClose, moment }, feature, body, others) {
  const status = feature.status ?? feature.state;
  const page = `/${PAGES[/** @type {keyof typeof PAGES} */ (feature.collection)]}/${encodeURIComponent(feature.id)}`;
  element.replaceChildren(
    h("div", { class: "picked-head" },
      h("p", { class: "picked-what" }, say(`map.one-${feature.collection}`), " ", h("span", { class: "code" }, feature.id)),
      h("button", { type: "button", class: "picked-close", "aria-label": say("map.close"), onclick: onClose }, "×")),
    h("h2", { id: "picked-title", tabindex: "-1" }, feature.name || feature.id),
    status ? h("p", {}, h("span", { class: `tag tag-${status}` }, say(`map.status-${status}`))) : "",
    body,
    h("p", {}, h("a", { href: atMoment(page, moment), class: "button" }, say("map.sheet"))),
    downloads(feature, say, moment),
    h("div", { class: "buttons no-print" },
      h("button", { type: "button", class: "button button-second", onclick: (/** @type {Event} */ event) => copyLink(event, say) }, say("map.permalink")),
      h("button", { type: "button", class: "button button-second", onclick: () => window.print() }, say("map.print"))),
    others.length ? alsoHere(others, feature, say, onPick) : "",
  );
}

/** @param {{name: string, label: string, value: unknown}[]} rows @param {string} language */
function facts(rows, language) {
  const write = valueWriter(language);
  const shown = rows.filter(({ name, value }) => !HIDDEN_FACTS.has(name) && value !== null && value !== "");
  return h("dl", { class: "facts" },
    ...shown.map(({ label, value }) => h("div", {}, h("dt", {}, label), h("dd", {}, write(value)))));
}

/** @param {any} feature @param {(code: string) => string} say @param {import("./moment.js").Moment} [moment] */
function downloads(feature, say, moment) {
  return h("p", { class: "picked-downloads no-print" }, say("map.export"), " ",
    h("a", { href: atMoment(exportAddress(feature, "geojson"), moment), download: true }, say("map.export-geojson")), " ",
    h("a", { href: atMoment(exportAddress(feature, "shapefile"), moment), download: true }, say("map.export-shapefile")));
}

/** @param {any} feature @param {string} format */
function exportAddress(feature, format) {
  const key = KEYS[/** @type {keyof typeof KEYS} */ (feature.collection)] ?? "code";
  const where = `${key} = '${String(feature.id).replaceAll("'", "''")}'`;
  return `/api/exports/${feature.collection}?${new URLSearchParams({ format, where })}`;
}

/** @param {any} feature */
function addressOf(feature) {
  return `/api/${feature.collection}/${encodeURIComponent(feature.id)}`;
}

/** @param {any[]} others @param {any} feature @param {(code: string) => string} say @param {(feature: any, how: any) => void} onPick */
function alsoHere(others, feature, say, onPick) {
  const open = (/** @type {any} */ other) => () => {
    const rest = [feature, ...others.filter((one) => one !== other)];
    onPick(other, { others: rest, focus: true });
  };
  return h("section", { class: "also no-print", "aria-labelledby": "also-title" },
    h("h3", { id: "also-title" }, say("map.also-here")),
    h("ul", {}, ...others.map((other) => h("li", {},
      h("button", { type: "button", class: "link-button", onclick: open(other) }, `${say(`map.one-${other.collection}`)} ${other.name || other.id}`)))));
}

/** Copy the address; where the browser forbids it, show it to be copied by hand. @param {Event} event @param {(code: string) => string} say */
async function copyLink(event, say) {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = say("map.permalink-copied");
  } catch {
    const field = h("input", { value: location.href, readonly: true, "aria-label": say("map.permalink-shown") });
    button.replaceWith(field);
    /** @type {HTMLInputElement} */ (field).select();
  }
}
