/** Tell two people on one file of each other, and announce what changed; nothing is reloaded by itself. */

import { ApiProblem, postJson } from "../api.js";
import { fill, h } from "../dom.js";

const EVERY_MS = 20_000;

/**
 * Say that the dossier is open here, and show who else has it open and whether it changed.
 * @param {string} number
 * @param {number} mark what had been done when the page was made
 * @param {HTMLElement} place where it is told; its data hold the words
 */
export function keepPresence(number, mark, place) {
  let told = "";
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await postJson(`/api/dossiers/${encodeURIComponent(number)}/presence`, {});
      const others = answer.others.join(", ");
      const state = `${others}|${answer.mark > mark}`;
      if (state === told) return; // said once, not at every turn: a reader hears it again each time
      told = state;
      fill(place, others ? alsoHere(place, others) : null, answer.mark > mark ? news(place) : null);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
    }
  };
  ask();
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}

/** @param {HTMLElement} place @param {string} others */
function alsoHere(place, others) {
  return h("p", { class: "notice" }, (place.dataset.one ?? "").replace("{who}", others));
}

/** @param {HTMLElement} place */
function news(place) {
  const link = h("a", { href: location.pathname }, place.dataset.reload ?? "");
  return h("p", { class: "notice notice-bad" }, `${place.dataset.news ?? ""} `, link);
}
