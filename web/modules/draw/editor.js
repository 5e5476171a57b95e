/**
 * Everything a person can do to the perimeter, as verbs over one store. No page is needed here.
 */

import { cellTexts, parsePlace, shownView } from "./cells.js";
import { fromGeometry, keepCorners, toGeometry } from "./geojson.js";
import { amend, begin, record, redo, undo } from "./history.js";
import * as edits from "./perimeter.js";
import { nudge, snapToGrid } from "./snapping.js";
import { createStore } from "./store.js";

/**
 * Make the editor.
 *
 * @param {{language: "fr"|"en", legalCrs: string, grid: ?object, view: {style, crs}}} facts
 */
export function createEditor({ language, legalCrs, grid, view }) {
  const store = createStore({
    history: begin(edits.EMPTY),
    view,
    asked: { kind: "", substances: [], name: "", at: "" },
    selected: null,
    snap: { near: true, grid: false },
    check: { status: "idle", answer: null, message: null },
    preview: null,
    printed: new Map(),
    online: true,
  });
  const perimeter = () => store.get().history.present;

  function commit(next, { key = null, selected } = {}) {
    const history = record(store.get().history, next, key);
    store.set({ history, preview: null, ...(selected === undefined ? {} : { selected }) });
  }

  const editor = {
    language,
    legalCrs,
    grid,
    get: store.get,
    set: store.set,
    subscribe: store.subscribe,
    perimeter,
    commit,

    /** Give the geometry that is checked and filed; null while a corner waits to be understood. */
    geometry: () =>
      edits.unreadCorners(perimeter()).length ? null : toGeometry(perimeter()),
    undo: () => store.set({ history: undo(store.get().history), preview: null }),
    redo: () => store.set({ history: redo(store.get().history), preview: null }),
    select: (ring, corner) => store.set({ selected: ring === null ? null : { ring, corner } }),

    /** Start over; one step that can be undone. */
    clear: () => commit(edits.EMPTY, { selected: null }),

    addCorner(ring, lonLat, at) {
      const corner = lonLat ? edits.makeCorner(...lonLat) : edits.makeCorner();
      const size = perimeter().rings[ring]?.corners.length ?? 0;
      const index = Math.min(at ?? size, size);
      commit(edits.addCorner(perimeter(), ring, corner, index), {
        selected: { ring, corner: index },
      });
    },
    addRing(isExclusion, places = [[null, null]]) {
      const corners = places.map(([lon, lat]) => edits.makeCorner(lon, lat));
      const ring = perimeter().rings.length;
      commit(edits.addRing(perimeter(), isExclusion, corners), { selected: { ring, corner: 0 } });
    },
    removeRing: (ring) => commit(edits.removeRing(perimeter(), ring), { selected: null }),
    moveCorner(ring, corner, lonLat, key = null) {
      const selected = { ring, corner };
      commit(edits.moveCorner(perimeter(), ring, corner, lonLat), { key, selected });
    },
    removeCorner(ring, corner) {
      const next = edits.removeCorner(perimeter(), ring, corner);
      const left = next.rings[ring]?.corners.length ?? 0;
      const selected = left ? { ring, corner: Math.min(corner, left - 1) } : null;
      commit(next, { selected });
    },
    shiftCorner(ring, corner, step) {
      const next = edits.shiftCorner(perimeter(), ring, corner, step);
      if (next !== perimeter()) commit(next, { selected: { ring, corner: corner + step } });
    },
    nameCorner: (ring, corner, label) =>
      commit(edits.changeCorner(perimeter(), ring, corner, { label }), {
        key: `label ${ring} ${corner}`,
      }),
    nudge(ring, corner, metres) {
      const { lon, lat } = perimeter().rings[ring].corners[corner];
      if (lon === null) return;
      editor.moveCorner(ring, corner, nudge([lon, lat], metres, legalCrs), `nudge ${ring} ${corner}`);
    },
    /** Round a place to the grid of the law when the person asked for it. */
    toGrid: (lonLat) => (store.get().snap.grid && grid ? snapToGrid(lonLat, grid) : lonLat),

    /** Choose notation and system; text that waited for a system is read anew in it. */
    chooseView(view) {
      const rings = perimeter().rings.map((ring) => ({
        ...ring,
        corners: ring.corners.map((corner) => (corner.pending ? reread(corner, view, language) : corner)),
      }));
      const history = amend(store.get().history, { ...perimeter(), rings });
      store.set({ view, history });
    },

    /**
     * Use what was read, in place of what was drawn. A person who had chosen no system yet sees it
     * in the one of the document, which the document or an answer has named.
     */
    use(read, projected = false) {
      commit(read, { selected: null });
      const { view } = store.get();
      if (view.crs || !read.source?.crs) return;
      store.set({ view: { style: projected ? "utm" : "dms", crs: read.source.crs } });
    },

    /** Take the surfaces that were read out of the perimeter. */
    useAsExclusion(read) {
      const rings = read.rings.map((ring) => ({ ...ring, isExclusion: true }));
      commit({ rings: [...perimeter().rings, ...rings], source: null }, { selected: null });
    },

    /** Take over a proposed ground; corners that stay keep their names. */
    useGeometry: (geometry) =>
      commit(keepCorners(fromGeometry(geometry), perimeter()), { selected: null }),

    /** Take what was typed into a coordinate cell, and place the corner if it is plainly read. */
    typeCell(ring, corner, axis, text) {
      const { view: now, printed } = store.get();
      const old = perimeter().rings[ring].corners[corner];
      const [x, y] = cellTexts(old, shownView(now, legalCrs), language, printed);
      const typed = { ...now, x, y, [axis]: text, base: baseOf(old, now) };
      const facts = readTyped(typed, language);
      const key = `cell ${ring} ${corner} ${axis}`;
      commit(edits.changeCorner(perimeter(), ring, corner, facts), {
        key,
        selected: { ring, corner },
      });
    },

    /** Put in what the server answered about a typed corner, unless it was typed over since. */
    answerCell(ring, corner, typed, facts) {
      const now = perimeter().rings[ring]?.corners[corner];
      if (!now?.typed || now.typed.x !== typed.x || now.typed.y !== typed.y) return;
      const { source } = perimeter();
      const next = edits.changeCorner(perimeter(), ring, corner, { pending: false, ...facts });
      store.set({ history: amend(store.get().history, { ...next, source }) });
    },
  };
  return editor;
}

/** Say what typed cells make of a corner: a place, nothing yet, or a text to ask about. */
export function readTyped(typed, language) {
  const isSingle = typed.style === "mgrs";
  const [x, y] = [typed.x.trim(), typed.y.trim()];
  if (!x && (isSingle || !y)) {
    return { lon: null, lat: null, typed: null, fault: null, remark: null, pending: false };
  }
  const place = typed.crs ? parsePlace({ ...typed, x, y }, typed.base ?? NOWHERE, language) : null;
  if (place) return { lon: place[0], lat: place[1], typed, fault: null, remark: null, pending: false };
  return { typed, fault: null, remark: null, pending: true };
}

/** Read the text of a corner that was not understood as written in another system. */
function reread(corner, view, language) {
  const typed = { ...corner.typed, ...view };
  return { ...corner, lon: null, lat: null, ...readTyped(typed, language) };
}

/**
 * The place from which a person began to type: cells that still show it keep it exactly, however
 * many letters the other cell took.
 */
function baseOf(old, view) {
  const isSame = old.typed?.style === view.style && old.typed?.crs === view.crs;
  return isSame ? (old.typed.base ?? NOWHERE) : { lon: old.lon, lat: old.lat };
}

const NOWHERE = { lon: null, lat: null };
