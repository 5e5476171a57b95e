import assert from "node:assert/strict";
import { test } from "node:test";

import { amend, begin, record, redo, undo } from "../../web/modules/draw/history.js";
import {
  EMPTY,
  addCorner,
  addRing,
  changeCorner,
  cornerName,
  isBlank,
  locateCorner,
  makeCorner,
  moveCorner,
  removeCorner,
  shiftCorner,
  unreadCorners,
} from "../../web/modules/draw/perimeter.js";
import { fromGeometry, keepCorners, toGeometry } from "../../web/modules/draw/geojson.js";
import { createStore } from "../../web/modules/draw/store.js";
import { tableKey } from "../../web/modules/draw/table_keys.js";

const SQUARE = [[1, 7], [1.1, 7], [1.1, 7.1], [1, 7.1]];
const HOLE = [[1.04, 7.04], [1.06, 7.04], [1.06, 7.06]];

function drawn(...lines) {
  return lines.reduce(
    (perimeter, line, index) =>
      addRing(perimeter, index > 0, line.map(([lon, lat]) => makeCorner(lon, lat))),
    EMPTY,
  );
}

/** A small generator with a seed, so that a failing walk can be walked again. */
function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomEdit(perimeter, pick) {
  const ring = perimeter.rings.length ? pick(perimeter.rings.length) : 0;
  const count = perimeter.rings[ring]?.corners.length ?? 0;
  const place = [pick(1000) / 1000, 6 + pick(4000) / 1000];
  const edits = [
    () => addCorner(perimeter, ring, makeCorner(...place)),
    () => addCorner(perimeter, ring, makeCorner(...place), pick(count + 1)),
    () => (count ? moveCorner(perimeter, ring, pick(count), place) : perimeter),
    () => (count ? removeCorner(perimeter, ring, pick(count)) : perimeter),
    () => (count ? shiftCorner(perimeter, ring, pick(count), pick(2) ? 1 : -1) : perimeter),
    () => (count ? changeCorner(perimeter, ring, pick(count), { label: `L${pick(9)}` }) : perimeter),
    () => addRing(perimeter, true, [makeCorner(...place)]),
  ];
  return edits[pick(edits.length)]();
}

test("fifty random steps undone and redone give the same bytes at each step", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const pick = seeded(seed);
    let history = begin(EMPTY);
    const bytes = [JSON.stringify(EMPTY)];
    for (let step = 0; step < 120; step += 1) {
      const next = randomEdit(history.present, pick);
      if (next === history.present) continue;
      history = record(history, next);
      bytes.push(JSON.stringify(next));
    }
    assert.ok(bytes.length > 50, `walk ${seed} took ${bytes.length} steps`);
    for (let at = bytes.length - 2; at >= 0; at -= 1) {
      history = undo(history);
      assert.equal(JSON.stringify(history.present), bytes[at]);
    }
    assert.equal(undo(history), history);
    for (let at = 1; at < bytes.length; at += 1) {
      history = redo(history);
      assert.equal(JSON.stringify(history.present), bytes[at]);
    }
    assert.equal(redo(history), history);
  }
});

test("letters typed into one cell are one step, another cell is another", () => {
  let history = begin(drawn(SQUARE));
  for (const text of ["1", "1,", "1,2"]) {
    const present = changeCorner(history.present, 0, 0, { label: text });
    history = record(history, present, "0/0/label");
  }
  history = record(history, changeCorner(history.present, 0, 1, { label: "B" }), "0/1/label");
  assert.equal(history.past.length, 2);
  assert.equal(undo(undo(history)).present.rings[0].corners[0].label, "");
});

test("a new edit forgets what was undone; an amendment forgets nothing", () => {
  const base = record(begin(EMPTY), drawn(SQUARE));
  const back = undo(base);
  assert.equal(record(back, drawn(HOLE)).future.length, 0);
  assert.equal(amend(back, addRing(EMPTY)).future.length, 1);
});

test("an edit leaves the former value untouched", () => {
  const before = drawn(SQUARE);
  const bytes = JSON.stringify(before);
  moveCorner(before, 0, 0, [0, 0]);
  removeCorner(before, 0, 1);
  shiftCorner(before, 0, 1, 1);
  assert.equal(JSON.stringify(before), bytes);
});

test("corners are named in one sequence over the rings, their own label first", () => {
  const perimeter = changeCorner(drawn(SQUARE, HOLE), 0, 1, { label: "P2" });
  assert.equal(cornerName(perimeter, 0, 0), "1");
  assert.equal(cornerName(perimeter, 0, 1), "P2");
  assert.equal(cornerName(perimeter, 1, 0), "5");
});

test("a number of a finding is found again, blank rows not counted", () => {
  const perimeter = addCorner(drawn(SQUARE, HOLE), 0, makeCorner(), 0);
  assert.deepEqual(locateCorner(perimeter, 1), { ring: 0, corner: 1 });
  assert.deepEqual(locateCorner(perimeter, 5), { ring: 1, corner: 0 });
  assert.equal(locateCorner(perimeter, 8), null);
});

test("text without a place holds the check back, a blank row does not", () => {
  const typed = { style: "dms", crs: "EPSG:4326", x: "9°", y: "" };
  const perimeter = addCorner(
    addCorner(drawn(SQUARE), 0, makeCorner()),
    0,
    makeCorner(null, null, { typed }),
  );
  assert.deepEqual(unreadCorners(perimeter), [{ ring: 0, corner: 5 }]);
  assert.ok(isBlank(perimeter.rings[0].corners[4]));
});

test("an exclusion becomes a hole and comes back as one", () => {
  const geometry = toGeometry(drawn(SQUARE, HOLE));
  assert.equal(geometry.type, "Polygon");
  assert.equal(geometry.coordinates.length, 2);
  assert.deepEqual(geometry.coordinates[0].at(-1), SQUARE[0]);
  assert.deepEqual(fromGeometry(geometry).rings, drawn(SQUARE, HOLE).rings);
});

test("two surfaces make two parts, the hole goes with the one around it", () => {
  const far = SQUARE.map(([lon, lat]) => [lon - 0.5, lat]);
  let perimeter = addRing(EMPTY, false, far.map(([lon, lat]) => makeCorner(lon, lat)));
  perimeter = addRing(perimeter, false, SQUARE.map(([lon, lat]) => makeCorner(lon, lat)));
  perimeter = addRing(perimeter, true, HOLE.map(([lon, lat]) => makeCorner(lon, lat)));
  const geometry = toGeometry(perimeter);
  assert.equal(geometry.type, "MultiPolygon");
  assert.deepEqual(geometry.coordinates.map((part) => part.length), [1, 2]);
  assert.equal(toGeometry(EMPTY), null);
});

test("an accepted proposal keeps the names of the corners it did not move", () => {
  const before = changeCorner(drawn(SQUARE), 0, 2, { label: "P3" });
  const after = keepCorners(drawn([SQUARE[0], [1.2, 7.2], SQUARE[2]]), before);
  assert.deepEqual(after.rings[0].corners.map(({ label }) => label), ["", "", "P3"]);
});

test("the store tells what was before, and stops telling when asked", () => {
  const store = createStore({ a: 1, b: 2 });
  const heard = [];
  const stop = store.subscribe((now, before) => heard.push([before.a, now.a]));
  store.set({ a: 3 });
  stop();
  store.set({ a: 4 });
  assert.deepEqual(heard, [[1, 3]]);
  assert.deepEqual(store.get(), { a: 4, b: 2 });
});

test("arrows and Enter walk the table, and leave the text to the caret", () => {
  const size = { rows: 3, columns: 3 };
  const at = (row, column) => ({ row, column });
  assert.deepEqual(tableKey("ArrowDown", at(0, 1), size), { move: at(1, 1) });
  assert.equal(tableKey("ArrowUp", at(0, 1), size), null);
  assert.equal(tableKey("ArrowLeft", at(1, 1), size), null);
  const start = { atStart: true, atEnd: false };
  assert.deepEqual(tableKey("ArrowLeft", at(1, 0), size, start), { move: at(0, 2) });
  const end = { atStart: false, atEnd: true };
  assert.deepEqual(tableKey("ArrowRight", at(0, 2), size, end), { move: at(1, 0) });
  assert.equal(tableKey("ArrowRight", at(2, 2), size, end), null);
  assert.deepEqual(tableKey("Enter", at(2, 2), size), { wish: "add-row" });
  assert.deepEqual(tableKey("Enter", at(0, 2), size), { move: at(1, 2) });
});
