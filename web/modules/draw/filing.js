/** File the application once, whatever is clicked or cut: one key for one content. */

import { fromStorage, toStorage } from "./drafts.js";
import { question } from "./checker.js";

const KEY = "cadastre.draw.filing";

/**
 * Make what is filed: the document as it was read when nothing was changed since, else the ground.
 */
export function applicationBody(editor, applicantId) {
  const { asked } = editor.get();
  const { source } = editor.perimeter();
  const { geometry, kind, substances } = question(editor);
  const isAsRead = source?.text && source.crs;
  return {
    kind,
    substances,
    ...(asked.name.trim() ? { name: asked.name.trim() } : {}),
    ...(applicantId ? { applicant_id: applicantId } : {}),
    ...(isAsRead
      ? { corners: source.text, crs: source.crs, answers: source.answers }
      : { geometry, crs: "EPSG:4326" }),
  };
}

/**
 * Give the key of this content: the same while it is unanswered, whatever happens to the page.
 *
 * @param {Storage} storage @param {object} body @param {() => string} make a new random key
 */
export function filingKey(storage, body, make = () => crypto.randomUUID()) {
  const content = JSON.stringify(body);
  const kept = fromStorage(storage, KEY);
  if (kept?.content === content) return kept.key;
  const key = make();
  toStorage(storage, KEY, { content, key });
  return key;
}

/** Forget the key once the server has answered for good. */
export const settleFiling = (storage) => toStorage(storage, KEY, null);

/**
 * Say why the application cannot be filed yet; an empty list means it can. A dossier that is being
 * written takes any perimeter: its own pages say what is wrong with it.
 *
 * @returns {string[]} codes of sentences
 */
export function obstacles(editor, forDossier = false) {
  const { asked, check } = editor.get();
  const found = [];
  if (!editor.geometry()) found.push("draw.file-needs-perimeter");
  if (forDossier) return found;
  if (!asked.kind) found.push("draw.file-needs-kind");
  if (!asked.substances.length) found.push("draw.file-needs-substance");
  if (found.length) return found;
  if (check.status !== "done") return ["draw.file-needs-check"];
  const isBlocked = check.answer.findings.some(({ severity }) => severity === "block");
  return isBlocked ? ["draw.file-blocked"] : [];
}
