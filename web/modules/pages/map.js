/** Run the public map page: search, list, panel, legend and address around one map. */

import { byId } from "../dom.js";
import { keepInView } from "../in_view.js";
import { keepLegend } from "../legend.js";
import { keepRasters } from "../legend_rasters.js";
import { createMap } from "../map.js";
import { atMoment, keepDate } from "../moment.js";
import { createPanel } from "../panel.js";
import { readFragment, writeFragment } from "../permalink.js";
import { keepSearch } from "../results.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const say = sayer(embedded("sentences") ?? {}, language);
const settings = embedded("map-settings");
const onTelephone = matchMedia("(max-width: 59.99rem)"); // there the panel covers the lower half
const map = createMap(byId("map"), { language, say, ...settings });
/** @type {{collection: string, id: string}|null} */
let picked = null;

const search = keepSearch({ say, choose: chooseResult, moment: settings.moment });
const panel = createPanel({ element: byId("picked"), say, language, onPick: pick, onClose: close, moment: settings.moment });
keepInView({ map, say, settings, onPick: (feature) => pick(feature, { focus: true }) });
keepLegend({ map, settings });
keepRasters({ map, say, language });
keepDate(/** @type {HTMLFormElement} */ (byId("map-date")));

map.on("move", remember);
map.on("click", async ({ lat, lon }) => {
  const [first, ...others] = await map.pick(lat, lon).catch(() => []);
  if (first) pick(first, { others });
  else close();
});
window.addEventListener("hashchange", restore);
byId("other-language").addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement} */ (event.currentTarget).hash = location.hash;
});
restore();

/**
 * Show one feature of the register: on the map, in the panel and in the address.
 * @param {{collection: string, id: string}} feature
 * @param {{others?: any[], focus?: boolean, fit?: boolean}} [how]
 */
async function pick(feature, { others = [], focus = false, fit = false } = {}) {
  picked = { collection: feature.collection, id: feature.id };
  remember();
  search.hide();
  byId("intro").hidden = true;
  if (onTelephone.matches) byId("map").scrollIntoView({ block: "start" });
  const found = await panel.show(feature, { others, focus });
  if (!found || picked?.id !== feature.id) return;
  map.showFeature(found, "picked");
  if (fit && found.bbox) map.fit(found.bbox);
}

function close() {
  picked = null;
  panel.hide();
  map.hide("picked");
  if (!search.show()) byId("intro").hidden = false;
  remember();
}

/** Go to a result: a feature with a page is picked, a place is only looked at. @param {any} result */
function chooseResult(result) {
  if (!result.bbox) return location.assign(atMoment(result.href, settings.moment)); // nothing to see on a map
  map.fit(result.bbox);
  if (["titles", "applications", "zones", "works", "administrative-units"].includes(result.collection)) {
    return pick(result, { focus: true });
  }
  map.showFeature(pointOf(result.bbox), "picked");
  return byId("map").focus();
}

/** @param {number[]} box */
function pointOf([west, south, east, north]) {
  return { type: "Point", coordinates: [(west + east) / 2, (south + north) / 2] };
}

function remember() {
  const fragment = writeFragment({ ...map.view(), picked });
  if (fragment !== location.hash) history.replaceState(null, "", fragment);
}

function restore() {
  const view = readFragment(location.hash);
  if (!view) return;
  const here = writeFragment({ ...map.view(), picked });
  if (location.hash === here) return;
  map.lookAt(view);
  if (view.picked) pick(view.picked);
}
