/** Run the page of an opening: countdown, seal made here, secret kept here, lots drawn again. */

import { byId } from "../dom.js";
import { storedDraft } from "../draw/drafts.js";
import { toGeometry } from "../draw/geojson.js";
import { keepCountdown } from "../openings/countdown.js";
import { drawAgain } from "../openings/draw_again.js";
import { LocalProblem, readLocally } from "../openings/local_ground.js";
import { canSeal, keepSecret, keptSecret, makeSecret } from "../openings/seal.js";
import { embedded, sayer } from "../sentences.js";

const language = document.documentElement.lang;
const say = sayer(embedded("sentences") ?? {}, language);
const opening = embedded("opening");

startCountdowns();
const sealForm = /** @type {HTMLFormElement|null} */ (document.getElementById("seal-form"));
if (sealForm && canSeal()) sealHere(sealForm);
offerKeptSecret();
offerDrawAgain();

function startCountdowns() {
  for (const element of document.querySelectorAll(".countdown")) {
    keepCountdown(/** @type {HTMLElement} */ (element), (values) => say("openings.left", values));
  }
}

/** Make seals in this page: the form is never sent. @param {HTMLFormElement} form */
function sealHere(form) {
  byId("server-made").hidden = true;
  byId("browser-made").hidden = false;
  const ground = /** @type {HTMLElement} */ (form.querySelector(".ground-fields"));
  const showGround = () => {
    ground.hidden = new FormData(form).get("ground") !== "written";
  };
  form.addEventListener("change", showGround);
  showGround();
  for (const button of form.querySelectorAll("[data-take-drawing]")) offerDrawing(/** @type {HTMLElement} */ (button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    seal(form).catch((error) => {
      if (!(error instanceof LocalProblem)) throw error;
      complain(say(error.code, error.values));
    });
  });
}

/** @param {HTMLFormElement} form */
async function seal(form) {
  complain("");
  const said = new FormData(form);
  const name = String(said.get("name") ?? "").trim();
  const secret = await makeSecret(opening.number, {
    kind: String(said.get("kind")),
    substances: substancesOf(String(said.get("substances") ?? "")),
    geometry: said.get("ground") === "written" ? await groundOf(said) : opening.whole,
    ...(name ? { name } : {}),
  });
  const text = JSON.stringify(secret, null, 1);
  const link = /** @type {HTMLAnchorElement} */ (byId("secret-file"));
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `scelle-${opening.number.replace(/[^\w-]/g, "-")}.json`;
  /** @type {HTMLTextAreaElement} */ (byId("secret-text")).value = text;
  byId("seal-shown").textContent = secret.seal;
  const leave = /** @type {HTMLFormElement} */ (byId("leave-form"));
  /** @type {HTMLInputElement} */ (leave.elements.namedItem("seal")).value = secret.seal;
  /** @type {HTMLInputElement} */ (leave.elements.namedItem("applicant_id")).value = String(said.get("applicant_id") ?? "");
  keepSecret(secret);
  byId("seal-made").hidden = false;
  byId("secret-title").focus();
}

/** @param {FormData} said */
async function groundOf(said) {
  const file = said.get("file");
  const hasFile = file instanceof File && file.size > 0;
  if (hasFile && !/\.(geojson|json|csv|txt)$/i.test(file.name)) throw new LocalProblem("openings.js-file");
  const text = hasFile ? await file.text() : String(said.get("corners") ?? "");
  return readLocally(text, String(said.get("crs") ?? ""), language);
}

/** Give the codes of substances typed by name: a mistake found after closing would cost the place. @param {string} words */
function substancesOf(words) {
  const plain = (/** @type {string} */ text) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
  const wanted = words.split(",").map(plain).filter(Boolean);
  if (!wanted.length) throw new LocalProblem("openings.js-substance", { given: words });
  return wanted.map((word) => {
    const known = opening.substances.find((/** @type {{id: string, names: string[]}} */ one) => one.names.some((name) => plain(name) === word));
    if (!known) throw new LocalProblem("openings.js-substance", { given: word });
    return known.id;
  });
}

/** @param {string} words */
function complain(words) {
  const place = byId("seal-wrong");
  place.textContent = words;
  place.hidden = !words;
}

/** @param {HTMLElement} button */
function offerDrawing(button) {
  const draft = storedDraft(localStorage);
  const geometry = draft && toGeometry(draft.perimeter);
  if (!geometry) return;
  /** @type {HTMLElement} */ (button.parentElement).hidden = false;
  button.addEventListener("click", () => {
    /** @type {HTMLTextAreaElement} */ (byId("corners")).value = JSON.stringify(geometry);
  });
}

/** Put the secret this browser kept into the form that reveals it. */
function offerKeptSecret() {
  const field = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("secret"));
  const kept = field && keptSecret(opening.number);
  if (!field || !kept) return;
  field.value = JSON.stringify(kept);
  byId("kept-here").hidden = false;
}

function offerDrawAgain() {
  const button = document.getElementById("draw-again");
  if (!button || !canSeal()) return;
  /** @type {HTMLElement} */ (button.parentElement).hidden = false;
  button.addEventListener("click", async () => {
    const { seed, entries } = embedded("entries");
    const order = await drawAgain(opening.number, seed, entries);
    const published = [...entries].sort((a, b) => a.place - b.place).map(({ party }) => party);
    const isSame = order.join() === published.join();
    byId("drawn-again").textContent = say(isSame ? "openings.js-same" : "openings.js-differs", { order: order.join(", ") });
  });
}
