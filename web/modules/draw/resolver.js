/** Have the server read the cells that are not plainly written, and print other datums. */

import { cellTexts, isLocal, placeKey } from "./cells.js";
import { cornerName, isBlank, isPlaced } from "./perimeter.js";

const PAUSE_MS = 350;
const STYLES_OF_SERVER = { dms: "dms", dm: "dm", dd: "dd", utm: "utm", mgrs: "mgrs" };

/**
 * Keep the typed corners of an editor understood.
 *
 * @param {object} editor
 * @param {{read: (body: object) => Promise<object>, print: (body: object) => Promise<object>,
 *   say: Function, pauseMs?: number}} options
 */
export function keepResolved(editor, { read, print, say, pauseMs = PAUSE_MS }) {
  let timer = null;
  editor.subscribe((state, before) => {
    if (state.history === before.history && state.view === before.view) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      resolvePending(editor, read, say);
      printElsewhere(editor, print);
    }, pauseMs);
  });
}

/** Ask about each corner whose cells are filled and not yet understood. */
export async function resolvePending(editor, read, say) {
  const perimeter = editor.perimeter();
  for (const [r, ring] of perimeter.rings.entries()) {
    const waiting = ring.corners.flatMap((corner, c) => (isAsked(corner) ? [{ corner, c }] : []));
    for (const { corner, c } of waiting) {
      const facts = await resolveOne(editor, read, say, r, c, corner);
      editor.answerCell(r, c, corner.typed, facts);
    }
  }
}

/** A corner is asked about once both cells are filled and its fault is not yet known. */
function isAsked({ pending, fault, typed }) {
  return pending && !fault && typed?.x.trim() && (typed.style === "mgrs" || typed.y.trim());
}

const REFUSED = { lon: null, lat: null, pending: true };

async function resolveOne(editor, read, say, r, c, corner) {
  const { typed } = corner;
  const crs = typed.crs || editor.get().view.crs;
  if (!crs) return { ...REFUSED, fault: say("draw.choose-crs") };
  const name = cornerName(editor.perimeter(), r, c);
  try {
    const { readings } = await read({ text: rowText(typed, name), crs });
    const found = readings[0]?.rings[0]?.corners[0];
    if (found && found.lon !== null) {
      return {
        lon: found.lon, lat: found.lat, fault: null, pending: false,
        remark: remarkOf(readings[0]), typed: { ...typed, crs },
      };
    }
    const why = readings[0]?.questions[0]?.message ?? readings[0]?.notes[0]?.message;
    return { ...REFUSED, fault: why ?? say("draw.not-understood", { corner: name }) };
  } catch (error) {
    // Without a connection the text waits; it is asked again at the next change.
    return error.code === "pages.no-connection"
      ? { pending: true }
      : { ...REFUSED, fault: error.message };
  }
}

const HEADS = { utm: ["X", "Y"], mgrs: ["MGRS"] };

/**
 * Write a row as a spreadsheet would hand it over, under its heading.
 *
 * Three times, because a reader of perimeters rightly refuses fewer than three corners.
 */
export function rowText({ x, y, style }, name) {
  const cells = style === "mgrs" ? [x] : [x, y];
  const row = [name, ...cells.map((text) => text.trim())].join("\t");
  const head = ["Sommet", ...(HEADS[style] ?? ["Longitude", "Latitude"])].join("\t");
  return [head, row, row, row].join("\n");
}

/** Tell what was repaired or doubted; mere facts about a table say nothing about one corner. */
const remarkOf = (reading) =>
  reading.notes.filter(({ kind }) => kind !== "fact").map(({ message }) => message).join(" ") || null;

/** Have corners printed in a datum this page cannot work out, once for each place and view. */
export async function printElsewhere(editor, print) {
  const { view, printed } = editor.get();
  if (!view.crs || isLocal(view.style, view.crs)) return;
  const corners = editor.perimeter().rings.flatMap((ring) => ring.corners).filter(
    (corner) =>
      isPlaced(corner) && !isBlank(corner) &&
      cellTexts(corner, view, editor.language, printed)[0] === "…",
  );
  if (!corners.length) return;
  const line = corners.map(({ lon, lat }) => [lon, lat]);
  const answer = await print({ rings: [line], style: STYLES_OF_SERVER[view.style], crs: view.crs })
    .catch(() => null);
  if (!answer) return;
  const known = new Map(printed);
  answer.rings[0].forEach(([, x, y], index) => known.set(placeKey(...line[index], view), [x, y]));
  editor.set({ printed: known });
}
