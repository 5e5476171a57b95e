/**
 * Undo and redo over the whole perimeter, so over map and table alike.
 *
 * Each step keeps the value itself: going back gives the very same object, hence the same bytes.
 */

export const DEPTH = 200;

/** Begin a history. @template T @param {T} present */
export const begin = (present) => ({ past: [], present, future: [], key: null });

/**
 * Record a new present. Steps that share a `key` (letters typed into one cell, one nudge after
 * another) count as one; without a key every step stands alone.
 */
export function record(history, present, key = null) {
  if (present === history.present) return history;
  const isSameGesture = key !== null && key === history.key;
  const past = isSameGesture ? history.past : [...history.past, history.present].slice(-DEPTH);
  return { past, present, future: [], key };
}

/** Replace the present without a step: what the machine learns about a step already taken. */
export const amend = (history, present) => ({ ...history, present });

/** Go one step back; nothing happens at the beginning. */
export function undo(history) {
  if (!history.past.length) return history;
  return {
    past: history.past.slice(0, -1),
    present: history.past.at(-1),
    future: [history.present, ...history.future],
    key: null,
  };
}

/** Go one step forward again; nothing happens at the end. */
export function redo(history) {
  if (!history.future.length) return history;
  return {
    past: [...history.past, history.present],
    present: history.future[0],
    future: history.future.slice(1),
    key: null,
  };
}
