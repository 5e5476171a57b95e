import assert from "node:assert/strict";
import { test } from "node:test";

import { keepChecked } from "../../web/modules/draw/checker.js";
import {
  fromStorage,
  keepDraft,
  pack,
  readDraft,
  storedDraft,
  toDraft,
  unpack,
} from "../../web/modules/draw/drafts.js";
import { createEditor } from "../../web/modules/draw/editor.js";
import { applicationBody, filingKey, obstacles, settleFiling } from "../../web/modules/draw/filing.js";
import { fromReading } from "../../web/modules/draw/geojson.js";
import { argumentOf, comparePublished, isUsable, readingRequest } from "../../web/modules/draw/reading.js";
import { resolvePending, rowText } from "../../web/modules/draw/resolver.js";

const say = (code) => code;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function editorWith(view = { style: "dd", crs: "EPSG:4326" }) {
  const legal = "EPSG:32631";
  return createEditor({ language: "fr", legalCrs: legal, grid: { crs: legal, step_m: 100 }, view });
}

function withSquare(editor = editorWith()) {
  for (const place of [[1, 7], [1.1, 7], [1.1, 7.1], [1, 7.1]]) editor.addCorner(0, place);
  return editor;
}

function memory(refuses = false) {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (refuses) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key) => kept.delete(key),
  };
}

test("of several changes only the last is answered", async () => {
  const editor = withSquare();
  const asked = [];
  keepChecked(editor, {
    pauseMs: 1,
    ask: async (body, signal) => {
      asked.push(body);
      await pause(asked.length === 1 ? 40 : 5);
      if (signal.aborted) throw Object.assign(new Error("stale"), { name: "AbortError" });
      return { findings: [], asked: asked.length };
    },
  });
  await pause(10);
  editor.moveCorner(0, 0, [0.99, 7]);
  await pause(90);
  assert.equal(asked.length, 2);
  assert.deepEqual(editor.get().check.answer, { findings: [], asked: 2 });
});

test("the check waits for a corner that is not understood, and for the network", async () => {
  const editor = withSquare();
  let isDown = true;
  const again = keepChecked(editor, {
    pauseMs: 1,
    ask: async () => {
      if (isDown) throw Object.assign(new Error("cut"), { code: "pages.no-connection" });
      return { findings: [] };
    },
  }).again;
  await pause(10);
  assert.equal(editor.get().check.status, "offline");
  isDown = false;
  again();
  await pause(10);
  assert.equal(editor.get().check.status, "done");
  editor.typeCell(0, 0, "x", "un degré");
  assert.equal(editor.get().check.status, "unread");
});

test("a typed corner is placed by the server, with what it repaired", async () => {
  const editor = withSquare();
  editor.typeCell(0, 0, "x", "1d03m");
  const steps = editor.get().history.past.length;
  const read = async ({ text, crs }) => {
    assert.equal(crs, "EPSG:4326");
    assert.match(text, /^Sommet\tLongitude\tLatitude\n1\t1d03m\t7\n/);
    const corners = [{ label: "1", lon: 1.05, lat: 7 }];
    const notes = [{ kind: "fact", message: "-" }, { kind: "repair", message: "réparé" }];
    return { readings: [{ rings: [{ corners }], notes, questions: [] }] };
  };
  await resolvePending(editor, read, say);
  const corner = editor.perimeter().rings[0].corners[0];
  assert.deepEqual([corner.lon, corner.remark, corner.typed.x], [1.05, "réparé", "1d03m"]);
  assert.equal(editor.get().history.past.length, steps, "an answer is not a step of its own");
});

test("an answer that comes after the cell was typed over is dropped", async () => {
  const editor = withSquare();
  editor.typeCell(0, 0, "x", "1d03m");
  const read = async () => {
    editor.typeCell(0, 0, "x", "1,02");
    return { readings: [{ rings: [{ corners: [{ lon: 9, lat: 9 }] }], notes: [], questions: [] }] };
  };
  await resolvePending(editor, read, say);
  assert.equal(editor.perimeter().rings[0].corners[0].lon, 1.02);
});

test("without a system nothing is sent, and the cell says what is missing", async () => {
  const editor = withSquare(editorWith({ style: "dd", crs: "" }));
  editor.typeCell(0, 0, "x", "1,02");
  await resolvePending(editor, () => assert.fail("asked"), say);
  assert.equal(editor.perimeter().rings[0].corners[0].fault, "draw.choose-crs");
  editor.chooseView({ style: "dd", crs: "EPSG:4326" });
  assert.equal(editor.perimeter().rings[0].corners[0].lon, 1.02);
});

test("typing one coordinate letter by letter never rounds the other", () => {
  const editor = editorWith({ style: "dms", crs: "EPSG:4326" });
  for (const place of [[1, 7.123456789], [1.1, 7], [1.1, 7.1]]) editor.addCorner(0, place);
  for (const text of ["1", "1°", "1°0", "1°02'", "1°02'00\" E"]) editor.typeCell(0, 0, "x", text);
  const corner = editor.perimeter().rings[0].corners[0];
  assert.equal(corner.lat, 7.123456789);
  assert.ok(Math.abs(corner.lon - (1 + 2 / 60)) < 1e-15);
});

test("a draft comes back as it was; anything else is not a draft", () => {
  const editor = withSquare();
  const storage = memory();
  const saved = [];
  keepDraft(editor, { storage, onSaved: (where) => saved.push(where) });
  editor.nameCorner(0, 0, "P1");
  assert.deepEqual(storedDraft(storage).perimeter, editor.perimeter());
  assert.deepEqual(saved, ["here"]);
  assert.equal(readDraft({ version: 2, perimeter: { rings: [{}] } }), null);
  assert.equal(readDraft(toDraft(editorWith().get())), null);
  const draft = toDraft(editor.get());
  assert.deepEqual(unpack(pack(draft)), draft);
  assert.equal(unpack({ draft: "{broken" }), null);
  storage.setItem("x", "{broken");
  assert.equal(fromStorage(storage, "x"), null);
});

test("a browser that keeps nothing is told, not hidden", () => {
  const editor = withSquare();
  const saved = [];
  keepDraft(editor, { storage: memory(true), onSaved: (where) => saved.push(where) });
  editor.nameCorner(0, 0, "P1");
  assert.deepEqual(saved, ["nowhere"]);
});

test("one content has one key until it is answered", () => {
  const storage = memory();
  let count = 0;
  const make = () => `key-${(count += 1)}`;
  const body = { kind: "a" };
  assert.equal(filingKey(storage, body, make), "key-1");
  assert.equal(filingKey(storage, body, make), "key-1");
  assert.equal(filingKey(storage, { kind: "b" }, make), "key-2");
  settleFiling(storage);
  assert.equal(filingKey(storage, { kind: "b" }, make), "key-3");
});

test("what stands in the way of filing is told, all of it", () => {
  const editor = editorWith();
  assert.deepEqual(obstacles(editor), [
    "draw.file-needs-perimeter",
    "draw.file-needs-kind",
    "draw.file-needs-substance",
  ]);
  withSquare(editor);
  editor.set({ asked: { kind: "k", substances: ["or"], name: "" } });
  assert.deepEqual(obstacles(editor), ["draw.file-needs-check"]);
  const answer = (severity) => ({ status: "done", answer: { findings: [{ severity }] } });
  editor.set({ check: answer("block") });
  assert.deepEqual(obstacles(editor), ["draw.file-blocked"]);
  editor.set({ check: answer("warn") });
  assert.deepEqual(obstacles(editor), []);
});

const READING = {
  name: "Kassassoko",
  crs: "EPSG:32631",
  published_area_ha: 12250,
  notes: [],
  questions: [],
  rings: [{ is_exclusion: false, corners: [[1, 7], [1.1, 7], [1.1, 7.1], [1, 7.1]].map(([lon, lat]) => ({ label: "A", lon, lat })) }],
};

test("a document is filed in its own words until something is changed", () => {
  const editor = editorWith({ style: "dd", crs: "" });
  editor.use(fromReading(READING, "le texte", { crs: "EPSG:32631" }), true);
  assert.deepEqual(editor.get().view, { style: "utm", crs: "EPSG:32631" });
  assert.equal(applicationBody(editor, 3).corners, "le texte");
  editor.nudge(0, 0, [1, 0]);
  const body = applicationBody(editor, 3);
  assert.equal(body.corners, undefined);
  assert.equal(body.geometry.type, "Polygon");
  assert.equal(body.applicant_id, 3);
});

test("a reading is usable once nothing is asked, and is held against its printed area", () => {
  assert.ok(isUsable(READING));
  assert.ok(!isUsable({ ...READING, questions: [{}] }));
  assert.ok(Math.abs(comparePublished(READING, "EPSG:32631").difference) < 0.005);
  assert.equal(argumentOf({ code: "reading.axis-order" }), "axis_order");
  assert.deepEqual(readingRequest({ text: "t" }, { crs: "EPSG:4326", axis_order: "xy" }), {
    text: "t",
    crs: "EPSG:4326",
    answers: { axis_order: "xy" },
  });
});

test("a row is written under the heading of its notation", () => {
  assert.match(rowText({ style: "utm", x: "1", y: "2" }, "A"), /^Sommet\tX\tY\nA\t1\t2/);
  assert.match(rowText({ style: "mgrs", x: "31P", y: "" }, "A"), /^Sommet\tMGRS\nA\t31P\n/);
});
