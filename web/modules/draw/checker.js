/** Ask the server about the perimeter after each change: the latest question alone is answered. */

const PAUSE_MS = 250;

/**
 * Keep the check of an editor up to date.
 *
 * `state.check` becomes `{status, answer, message}`: `idle` without a surface, `unread` while a
 * corner waits to be understood, `asking`, `done`, `failed`, `offline`. While asking, the last
 * answer stays, so that the page does not flicker.
 *
 * @param {object} editor
 * @param {{ask: (body: object, signal: AbortSignal) => Promise<object>, pauseMs?: number}} options
 * @returns {{again: () => void}}
 */
export function keepChecked(editor, { ask, pauseMs = PAUSE_MS }) {
  let lastKey = null;
  let timer = null;
  let under = null;
  const put = (facts) => editor.set({ check: { ...editor.get().check, ...facts } });

  function consider() {
    const body = question(editor);
    const key = JSON.stringify(body);
    if (key === lastKey) return;
    lastKey = key;
    clearTimeout(timer);
    under?.abort();
    if (!body.geometry) {
      const status = editor.perimeter().rings.length && !editor.geometry() ? "unread" : "idle";
      put({ status, answer: null, message: null });
      return;
    }
    put({ status: "asking" });
    timer = setTimeout(() => send(body, key), pauseMs);
  }

  async function send(body, key) {
    const abort = new AbortController();
    under = abort;
    try {
      const answer = await ask(body, abort.signal);
      if (key === lastKey) put({ status: "done", answer: ofDrawing(answer), message: null });
    } catch (error) {
      if (error.name === "AbortError" || key !== lastKey) return;
      const isOffline = error.code === "pages.no-connection";
      // Asked again when the connection is back, or at the next change.
      lastKey = isOffline ? null : key;
      put({ status: isOffline ? "offline" : "failed", message: error.message, answer: null });
    }
  }

  editor.subscribe((state, before) => {
    if (state.history !== before.history || state.asked !== before.asked) consider();
  });
  consider();
  return {
    again() {
      lastKey = null;
      consider();
    },
  };
}

/** Leave aside what only a GeoJSON file can have wrong: a drawing's rings run either way. */
const ofDrawing = (answer) => ({
  ...answer,
  findings: answer.findings.filter(({ code }) => code !== "geometry.orientation"),
});

/** Put the question of a check: the ground, what is asked on it. */
export function question(editor) {
  const { asked } = editor.get();
  return {
    ...(asked.kind ? { kind: asked.kind } : {}),
    ...(asked.at ? { at: asked.at } : {}),
    substances: asked.substances,
    crs: "EPSG:4326",
    geometry: editor.geometry(),
  };
}
