/** Put the map of an act in place of its plan, and keep it in step with the form beside it. */

import { postForm } from "./api.js";
import { afterPause, byId, h } from "./dom.js";
import { actGround } from "./map_acts.js";
import { createMap } from "./map.js";
import { embedded, sayer } from "./sentences.js";

const PAUSE_MS = 350;

/** Show what the page holds; where its form asks for ground, show each answer as it is given. */
export function keepActMap() {
  const frame = byId("act-map");
  const language = document.documentElement.lang;
  const say = sayer(embedded("sentences") ?? {}, language);
  frame.hidden = false;
  document.getElementById("act-plan")?.setAttribute("hidden", "");
  const map = createMap(frame, { language, say, ...embedded("map-settings") });
  map.resized();
  const show = actGround(map);
  show(embedded("act-data"));
  const form = /** @type {HTMLFormElement|null} */ (document.querySelector("form[data-sketch]"));
  if (form) follow(form, show);
}

/** @param {HTMLFormElement} form @param {(ground: import("./map_acts.js").ActGround) => void} show */
function follow(form, show) {
  const told = byId("act-sketch");
  let asked = new AbortController();
  const look = afterPause(async () => {
    asked.abort();
    asked = new AbortController();
    if (!isAnswered(form)) return;
    try {
      const answer = await postForm(form.dataset.sketch ?? "", new FormData(form), { signal: asked.signal });
      if (answer.ground) show(answer.ground);
      told.classList.toggle("is-against", !answer.is_lawful);
      told.replaceChildren(...answer.lines.map((/** @type {string} */ line) => h("li", {}, line)));
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
      told.replaceChildren(h("li", {}, /** @type {Error} */ (error).message));
    }
  }, PAUSE_MS);
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  look();
}

/** Nothing is asked of the server before something is chosen. @param {HTMLFormElement} form */
function isAnswered(form) {
  const data = new FormData(form);
  if (form.querySelector('[name="way"]')) {
    return Boolean(data.get("way")) && (data.get("way") !== "written" || hasGround(data));
  }
  if (form.querySelector("#titles")) return Boolean(data.get("titles") || data.get("other_titles"));
  return hasGround(data);
}

/** @param {FormData} data */
function hasGround(data) {
  const file = data.get("file");
  return Boolean(data.get("corners")) || (file instanceof File && file.size > 0) || Boolean(data.get("kept_content"));
}
