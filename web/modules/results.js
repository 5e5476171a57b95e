/** Search the register from one field: answers as a list, each leading to the map. */

import { ApiProblem, getJson } from "./api.js";
import { afterPause, byId, h } from "./dom.js";
import { atMoment } from "./moment.js";

const PAUSE_MS = 350;
const SHORTEST = 3;
const MOST = 20;

/**
 * Keep the search form and its list in step.
 * @param {{say: (code: string, values?: Record<string, unknown>) => string, choose: (result: any) => void, moment?: import("./moment.js").Moment}} what
 */
export function keepSearch({ say, choose, moment }) {
  const field = /** @type {HTMLInputElement} */ (byId("q"));
  const section = byId("results");
  const title = byId("results-title");
  const list = /** @type {HTMLElement} */ (section.querySelector("ol"));
  const status = byId("search-status");
  let asked = "";
  /** @type {AbortController|undefined} */
  let underway;

  const search = async (/** @type {boolean} */ wanted) => {
    const query = field.value.trim();
    if (query === asked && !wanted) return;
    asked = query;
    underway?.abort();
    if (query.length < (wanted ? 1 : SHORTEST)) return clear();
    underway = new AbortController();
    status.textContent = say("map.searching");
    try {
      const address = atMoment(`/api/search?limit=${MOST}&q=${encodeURIComponent(query)}`, moment);
      const { results } = await getJson(address, { signal: underway.signal });
      write(query, results);
      if (wanted) title.focus({ preventScroll: true });
    } catch (error) {
      if (error instanceof ApiProblem) write(query, [], error.message);
    }
  };

  /** @param {string} query @param {any[]} results @param {string} [problem] */
  const write = (query, results, problem) => {
    const words = problem ?? titleOf(results.length, query, say);
    title.textContent = status.textContent = words;
    list.replaceChildren(...results.map((result) => item(result, say, choose)));
    if (results.length === 0 && !problem) list.append(h("li", { class: "hint" }, say("map.results-none-hint")));
    section.hidden = false;
    byId("intro").hidden = true;
    byId("picked").hidden = true;
  };

  const clear = () => {
    section.hidden = true;
    status.textContent = "";
    list.replaceChildren();
    byId("intro").hidden = !byId("picked").hidden;
  };

  field.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    search(true);
  });
  field.addEventListener("input", afterPause(() => search(false), PAUSE_MS));

  return {
    hide: () => {
      section.hidden = true;
    },
    /** Show the last answers again; tell whether there were any. */
    show: () => {
      section.hidden = list.children.length === 0;
      return !section.hidden;
    },
  };
}

/** @param {number} count @param {string} query @param {(code: string, values?: Record<string, unknown>) => string} say */
function titleOf(count, query, say) {
  if (count === 0) return say("map.results-none", { query });
  if (count === 1) return say("map.results-one", { query });
  return say(count < MOST ? "map.results-many" : "map.results-first", { count, query });
}

/** @param {any} result @param {(code: string) => string} say @param {(result: any) => void} choose */
function item(result, say, choose) {
  const name = result.name === result.id || !result.name ? null : result.name;
  const follow = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(result);
  };
  const shownId = result.collection === "base-map" ? null : h("span", { class: "code" }, result.id);
  return h(
    "li",
    {},
    h("a", { href: result.href ?? "#map", class: "result", onclick: follow },
      h("span", { class: "result-name" }, name ?? result.id, " ", name ? shownId : null),
      h("span", { class: "result-detail" }, [say(`map.one-${result.collection}`), result.detail].filter(Boolean).join(" · "))),
  );
}
