/** Start the drawing page: one editor, and everything that shows it or feeds it. */

import { deleteJson, getJson, postForFile, postForm, postJson, putJson } from "../api.js";
import { agree } from "../draw/cells.js";
import { keepChecked } from "../draw/checker.js";
import { forgetDraft, keepDraft, pack, storedDraft, storedView, unpack } from "../draw/drafts.js";
import { createEditor } from "../draw/editor.js";
import { groundPage, openDossier, saveGround, takeGround } from "../draw/dossiers.js";
import { filingDialog } from "../draw/filing_dialog.js";
import { findingsPanel } from "../draw/findings.js";
import { begin } from "../draw/history.js";
import { locateCorner } from "../draw/perimeter.js";
import { readingDialog } from "../draw/reading_dialog.js";
import { keepResolved } from "../draw/resolver.js";
import { summaryBar } from "../draw/summary.js";
import { cornerTable } from "../draw/table.js";
import { askedForm, viewForm } from "../draw/forms.js";
import { dropZone, editorKeys, exportTool, historyTools, rowTools } from "../draw/tools.js";
import { watchConnection } from "../draw/connection.js";
import { titleLines } from "../draw/neighbours.js";
import { afterPause, byId, h } from "../dom.js";
import { createMap } from "../map.js";
import { showAnswers } from "../map_answers.js";
import { drawOnMap } from "../map_drawing.js";
import { embedded, localeOf, sayer, writer } from "../sentences.js";

const language = document.documentElement.lang;
const facts = embedded("facts");
const say = sayer(embedded("sentences") ?? {}, language);
const write = writer(language);
const storage = window.localStorage;
const said = byId("draw-said");
let proposed = null;

byId("draw").hidden = false;
const editor = createEditor({
  language,
  legalCrs: facts.planar_crs,
  grid: facts.grid,
  view: firstView(),
});
const { dossier } = facts;
const restored = storedDraft(storage, dossier?.number);
if (dossier) editor.set({ asked: { ...editor.get().asked, ...dossier.asked } });
if (restored) takeUp(restored);
else if (dossier) takeGround(editor, dossier);

const map = createMap(byId("map"), { language, say, bounds: facts.bounds, kinds: facts.kinds });
const neighbours = titleLines(map, getJson);
const drawing = drawOnMap(map, { editor, say, neighbours: neighbours.lines });
const answers = showAnswers(map);
const reader = readingDialog(/** @type {HTMLDialogElement} */ (byId("reading")), {
  editor, say, write, systems: facts.crs_options,
  read: (request) =>
    request instanceof FormData ? postForm("/api/readings", request) : postJson("/api/readings", request),
  onUsed: showWhole,
});
const table = cornerTable(byId("table"), { editor, say, onPasteBlock: (text) => reader.paste(text, pasteAnswers(text)) });
const checks = keepChecked(editor, { ask: (body, signal) => postJson(`/api/checks?lang=${language}`, body, { signal }) });
keepResolved(editor, {
  read: (body) => postJson("/api/readings", body),
  print: (body) => postJson("/api/corners", body),
  say,
});
findingsPanel(byId("findings"), {
  editor, say, write, goTo,
  preview: showPreview,
  apply: applyProposal,
});
summaryBar({ list: byId("summary"), link: byId("sum-check") }, { editor, say, write });
const labels = askedForm({ editor, facts, say });
viewForm({ editor, facts, agree });
historyTools({ editor, say, tell });
rowTools({ editor, say, table, drawing, goTo });
editorKeys(editor);
exportTool({ editor, say, tell, send: postForFile });
dropZone(byId("draw-drop"), (file) => reader.file(file));
mapTools();
const filing = filingDialog(/** @type {HTMLDialogElement} */ (byId("filing")), {
  editor, say, write, labels, storage,
  me: whoIsAsking,
  send: (body, key) => postJson("/api/applications", body, { headers: { "Idempotency-Key": key } }),
  async onFiled(answer) {
    forgetDraft(storage);
    await deleteJson("/api/drafts/draw").catch(() => null);
    location.assign(answer.links?.receipt ?? `/applications/${encodeURIComponent(answer.number)}/receipt`);
  },
  serviceOf: (kind) => facts.kinds.find(({ id }) => id === kind)?.service ?? null,
  openDossier: (service, partyId) => openDossier(editor, service, partyId, storage),
  async onOpened(number) {
    forgetDraft(storage);
    await deleteJson("/api/drafts/draw").catch(() => null);
    location.assign(`/dossiers/${encodeURIComponent(number)}`);
  },
  keep: dossier ? () => saveGround(editor, dossier.number) : undefined,
  onKept() {
    forgetDraft(storage, dossier.number);
    location.assign(groundPage(dossier.number));
  },
});
byId("tool-filing").addEventListener("click", () => filing.open());
byId("tool-paste").addEventListener("click", () => reader.paste());
uploads();
previewBar();
followTyping();
editor.subscribe((state, before) => {
  if (state.check !== before.check) answers.overlaps(state.check.answer?.overlaps ?? []);
});
watchConnection({ bar: byId("draw-offline"), onBack: () => checks.again() });
keep();
if (restored || dossier?.geometry) showWhole();

/** Style and system are what this person chose last; the first time, no system is presumed. */
function firstView() {
  const kept = storedView(storage);
  const isKnown = facts.crs_options.some(({ code }) => code === kept?.crs);
  return isKnown ? { style: kept.style, crs: kept.crs } : { style: "dms", crs: "" };
}

function takeUp(draft) {
  const asked = { ...editor.get().asked, ...draft.asked, ...dossier?.asked };
  editor.set({ history: begin(draft.perimeter), asked });
}

/** Offer to start from nothing when a former drawing was taken up. */
function offerRestart(draft) {
  const bar = byId("draw-restored");
  const when = new Date(draft.savedAt).toLocaleString(localeOf(language), { dateStyle: "long", timeStyle: "short" });
  const button = (code, act) => h("button", { type: "button", class: "button button-second button-small", onclick: act }, say(code));
  bar.replaceChildren(
    h("span", {}, say("draw.draft-restored", { when })),
    button("draw.draft-keep", () => (bar.hidden = true)),
    button("draw.draft-restart", () => {
      editor.clear();
      bar.hidden = true;
    }),
  );
  bar.hidden = false;
}

async function keep() {
  if (restored) offerRestart(restored);
  const saved = byId("draw-saved");
  const keeper = keepDraft(editor, { storage, dossier: dossier?.number, onSaved: (where) => (saved.textContent = say(`draw.saved-${where}`)) });
  const me = await whoIsAsking().catch(() => null);
  if (!me?.signed_in) return;
  if (dossier) {
    keeper.alsoTo(() => (editor.geometry() ? saveGround(editor, dossier.number) : Promise.reject(new Error("open"))));
    return;
  }
  keeper.alsoTo((content) => putJson("/api/drafts/draw", { content: pack(content) }));
  if (!restored) await takeUpFromServer();
}

/** Continue on this machine what was drawn on another; a drawing begun meanwhile stays. */
async function takeUpFromServer() {
  const kept = await getJson("/api/drafts/draw").catch(() => null);
  const draft = unpack(kept?.content);
  if (!draft || editor.perimeter().rings.length) return;
  takeUp(draft);
  offerRestart(draft);
  showWhole();
}

/** Ask who is signed in; what is sent from now on carries the token of that session. */
async function whoIsAsking() {
  const me = await getJson("/api/me");
  document.querySelector('meta[name="csrf-token"]')?.remove();
  document.head.append(h("meta", { name: "csrf-token", content: me.csrf_token }));
  return me;
}

/** The system of the table goes with a pasted block when both speak of angles, or of metres. */
function pasteAnswers(text) {
  const { view } = editor.get();
  const isAngles = /[°º]/.test(text);
  const option = facts.crs_options.find(({ code }) => code === view.crs);
  return option && option.projected !== isAngles ? { crs: view.crs } : {};
}

function showWhole() {
  const corners = placedCorners();
  if (!corners.length) return;
  const [lons, lats] = [corners.map(({ lon }) => lon), corners.map(({ lat }) => lat)];
  const [west, south, east, north] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  answers.frame({ type: "LineString", coordinates: [[west, south], [east, north]] });
}

function goTo({ geometry, corner }) {
  const place = corner ? locateCorner(editor.perimeter(), corner) : null;
  const found = place && editor.perimeter().rings[place.ring].corners[place.corner];
  const target = geometry ?? (found && { type: "Point", coordinates: [found.lon, found.lat] });
  if (target) answers.goTo(target);
  byId("map").scrollIntoView({ block: "nearest" });
  if (place) table.focus(place);
}

/** Show a proposal dashed, with the choice beside it: nothing is changed before a person says so. */
function showPreview(proposal) {
  proposed = proposal;
  editor.set({ preview: proposal?.geometry ?? null });
}

function previewBar() {
  const bar = byId("draw-preview");
  byId("preview-apply").addEventListener("click", () => applyProposal(proposed));
  byId("preview-off").addEventListener("click", () => showPreview(null));
  editor.subscribe((state, before) => {
    if (state.preview === before.preview) return;
    answers.proposal(state.preview);
    bar.hidden = !state.preview;
    map.resized();
    if (!state.preview) return;
    bar.querySelector("p").textContent = proposed.message;
    bar.scrollIntoView({ block: "nearest" });
    answers.frame(state.preview);
    byId("preview-apply").focus();
  });
}

function applyProposal(proposal) {
  editor.useGeometry(proposal.geometry);
  tell(say("draw.applied"));
}

/** Follow what is typed: corners that fall outside the view, or on one spot of it, are brought in. */
function followTyping() {
  const follow = afterPause(() => {
    const [west, , east] = map.box();
    const lons = placedCorners().map(({ lon }) => lon);
    const [least, most] = [Math.min(...lons), Math.max(...lons)];
    const isAway = least < west || most > east || most - least < (east - west) / 20;
    if (lons.length > 1 && isAway) showWhole();
  }, 500);
  editor.subscribe((state, before) => {
    if (state.history !== before.history && state.history.key?.startsWith("cell ")) follow();
  });
}

function placedCorners() {
  return editor.perimeter().rings.flatMap((ring) => ring.corners).filter(({ lon }) => lon !== null);
}

function tell(words) {
  said.textContent = words;
}

function mapTools() {
  const button = byId("tool-draw");
  const help = byId("draw-map-help");
  button.addEventListener("click", () => (drawing.isDrawing() ? drawing.stop() : drawing.start(ringToDraw())));
  drawing.onDrawing((isOn) => {
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = say(isOn ? "draw.draw-stop" : "draw.draw-on-map");
    help.hidden = !isOn;
    map.resized();
    if (isOn) byId("map").focus({ preventScroll: true });
  });
  byId("tool-centre").addEventListener("click", () => drawing.addAtCentre(ringToDraw()));
  byId("snap-near").addEventListener("change", (event) => snap({ near: event.target.checked }));
  if (!facts.grid) return;
  byId("snap-grid-label").hidden = false;
  byId("snap-grid-label").querySelector("span").textContent = say("draw.snap-grid", { step: facts.grid.step_m });
  byId("snap-grid").addEventListener("change", (event) => snap({ grid: event.target.checked }));
}

const snap = (change) => editor.set({ snap: { ...editor.get().snap, ...change } });

/** Drawing goes on in the outline of the chosen corner, else in the last one. */
function ringToDraw() {
  const count = editor.perimeter().rings.length;
  return editor.get().selected?.ring ?? Math.max(count - 1, 0);
}

function uploads() {
  const input = /** @type {HTMLInputElement} */ (byId("tool-file"));
  byId("tool-upload").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files?.length) reader.file(input.files[0]);
    input.value = "";
  });
}
