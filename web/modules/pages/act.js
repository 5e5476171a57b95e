/** Help with the questions of an act: the drawing of this browser, and fields only when they count. */

import { storedDraft } from "../draw/drafts.js";
import { toGeometry } from "../draw/geojson.js";

for (const button of document.querySelectorAll("[data-take-drawing]")) {
  const holder = /** @type {HTMLElement} */ (button.parentElement);
  holder.hidden = false;
  button.addEventListener("click", () => takeDrawing(/** @type {HTMLElement} */ (button)));
}
for (const ways of document.querySelectorAll("#way")) {
  ways.addEventListener("change", () => showWhatCounts());
  showWhatCounts();
}

if (document.getElementById("act-map")) {
  // The map weighs more than the form: only pages that show ground load it.
  const { keepActMap } = await import("../acts_map.js");
  keepActMap();
}

/** Put what was drawn on the drawing page into the field of corners. @param {HTMLElement} button */
function takeDrawing(button) {
  const draft = storedDraft(localStorage);
  const geometry = draft && toGeometry(draft.perimeter);
  const field = /** @type {HTMLTextAreaElement} */ (document.getElementById("corners"));
  if (!geometry) {
    button.textContent = button.dataset.none ?? "";
    return;
  }
  field.value = JSON.stringify(geometry);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  choose("written");
  field.focus();
}

/** @param {string} way */
function choose(way) {
  const radio = /** @type {HTMLInputElement|null} */ (document.querySelector(`input[name="way"][value="${way}"]`));
  if (radio) radio.checked = true;
  showWhatCounts();
}

/** Hide the fields of perimeters while another way is chosen; without a script both are seen. */
function showWhatCounts() {
  const chosen = /** @type {HTMLInputElement|null} */ (document.querySelector('input[name="way"]:checked'));
  const ground = /** @type {HTMLElement|null} */ (document.querySelector(".ground-fields"));
  const part = document.getElementById("part")?.closest(".field");
  if (ground) ground.hidden = Boolean(document.getElementById("way")) && chosen?.value !== "written";
  if (part) /** @type {HTMLElement} */ (part).hidden = !chosen || chosen.value === "written" || chosen.value === "all";
}
