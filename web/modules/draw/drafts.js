/** Keep the drawing from one visit to the next: at once on this machine, in turn on the server. */

const KEY = "cadastre.draw.draft";
const VIEW_KEY = "cadastre.draw.view";
const SERVER_PAUSE_MS = 5000;

/** Make the content of a draft. */
export function toDraft(state, savedAt = new Date().toISOString()) {
  return { version: 1, savedAt, perimeter: state.history.present, asked: state.asked };
}

/** Read a draft back; null for what is not one. */
export function readDraft(content) {
  const isDraft = content?.version === 1 && Array.isArray(content.perimeter?.rings);
  return isDraft && content.perimeter.rings.length ? content : null;
}

/** Pack a draft for the server as text: corners lie deeper than it lets requests nest. */
export const pack = (draft) => ({ draft: JSON.stringify(draft) });

/** Read a draft that the server kept; null for what is not one. */
export function unpack(content) {
  try {
    return readDraft(JSON.parse(content?.draft ?? "null"));
  } catch {
    return null;
  }
}

/** Read what a browser kept; storage may be refused (private windows), then nothing is kept. */
export function fromStorage(storage, key) {
  try {
    return JSON.parse(storage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keep something in the browser; false when it was refused. */
export function toStorage(storage, key, value) {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Each dossier has a draft of its own beside the one of free drawing. */
const keyOf = (dossier) => (dossier ? `${KEY}.${dossier}` : KEY);

export const storedDraft = (storage, dossier) => readDraft(fromStorage(storage, keyOf(dossier)));
export const forgetDraft = (storage, dossier) => toStorage(storage, keyOf(dossier), null);

/** The style and system a person chose last; nothing is presumed the first time. */
export const storedView = (storage) => fromStorage(storage, VIEW_KEY);

/**
 * Save every change: in the browser at once, on the server when signed in and after a pause.
 *
 * @param {object} editor
 * @param {{storage: Storage, dossier?: string, onSaved: (where: "here"|"server"|"nowhere") => void}} options
 * @returns {{alsoTo: (put: (content: object) => Promise<unknown>) => void}} once known to be signed in
 */
export function keepDraft(editor, { storage, onSaved, dossier }) {
  let timer = null;
  let put = null;
  editor.subscribe((state, before) => {
    if (state.view !== before.view) toStorage(storage, VIEW_KEY, state.view);
    if (state.history === before.history && state.asked === before.asked) return;
    const draft = toDraft(state);
    onSaved(toStorage(storage, keyOf(dossier), draft) ? "here" : "nowhere");
    if (!put) return;
    clearTimeout(timer);
    timer = setTimeout(() => put(draft).then(() => onSaved("server"), () => {}), SERVER_PAUSE_MS);
  });
  return { alsoTo: (keeper) => (put = keeper) };
}
