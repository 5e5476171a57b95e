/** Hold the state of the page and tell everyone who asked when it changed. */

/**
 * Make a store.
 *
 * @template T
 * @param {T} initial
 * @returns {{get: () => T, set: (patch: Partial<T>) => void, subscribe: Function}}
 */
export function createStore(initial) {
  let state = initial;
  const listeners = new Set();
  return {
    get: () => state,
    set(patch) {
      const before = state;
      state = { ...state, ...patch };
      for (const listener of [...listeners]) listener(state, before);
    },
    /** Call `listener(state, before)` after each change; the answer stops it. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
