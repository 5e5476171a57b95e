/** Ask the server to read a table or a file, and go on asking until no question is left. */

import { fromReading, toGeometry } from "./geojson.js";
import { measure } from "./measure.js";

/** Name the argument that answers a question: `reading.axis-order` is answered by `axis_order`. */
export function argumentOf({ argument, code }) {
  return argument ?? code.split(".").at(-1).replaceAll("-", "_");
}

/**
 * Make the body or form that asks for a reading.
 *
 * @param {{text?: string, file?: File}} what
 * @param {{crs?: string} & Record<string, string>} answers
 */
export function readingRequest({ text, file }, answers) {
  const { crs, ...others } = answers;
  const hasOthers = Object.keys(others).length > 0;
  if (!file) return { text, ...(crs ? { crs } : {}), ...(hasOthers ? { answers: others } : {}) };
  const form = new FormData();
  form.set("file", file);
  if (crs) form.set("crs", crs);
  if (hasOthers) form.set("answers", JSON.stringify(others));
  return form;
}

/** Tell whether a reading can be used: every corner placed, no question left. */
export const isUsable = (reading) =>
  reading.rings.length > 0 &&
  reading.questions.length === 0 &&
  reading.rings.every((ring) => ring.corners.every(({ lon }) => lon !== null));

/** Gather the notes of a reading by the label of their corner; the rest stand under "". */
export function notesByCorner({ notes }) {
  const gathered = new Map();
  for (const note of notes) {
    const key = note.corner ?? "";
    gathered.set(key, [...(gathered.get(key) ?? []), note]);
  }
  return gathered;
}

/** Compare the area drawn with the one the document prints, when it prints one. */
export function comparePublished(reading, legalCrs) {
  const published = reading.published_area_ha;
  const perimeter = fromReading(reading, null);
  const drawn = toGeometry(perimeter) ? measure(perimeter, legalCrs)?.areaHa : null;
  if (!drawn) return { drawn: null, published, difference: null };
  return { drawn, published, difference: published ? (drawn - published) / published : null };
}
