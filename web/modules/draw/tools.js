/** Buttons and keys around the two halves. */

import { byId } from "../dom.js";
import { cornerName } from "./perimeter.js";

/** Undo, redo and start over, by button. */
export function historyTools({ editor, say, tell }) {
  const [undo, redo, restart] = ["tool-undo", "tool-redo", "tool-restart"].map(
    (id) => /** @type {HTMLButtonElement} */ (byId(id)),
  );
  undo.addEventListener("click", () => editor.undo());
  redo.addEventListener("click", () => editor.redo());
  restart.addEventListener("click", () => {
    editor.clear();
    tell(say("draw.restarted"));
  });
  const render = () => {
    const { past, future, present } = editor.get().history;
    undo.disabled = !past.length;
    redo.disabled = !future.length;
    restart.disabled = !present.rings.length;
  };
  editor.subscribe((state, before) => state.history !== before.history && render());
  render();
}

/** Undo and redo by key, also inside the table; other fields keep their own undo. */
export function editorKeys(editor) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const isOurs = !event.target.closest?.("input, textarea, select") || event.target.closest(".corners");
    const key = event.key.toLowerCase();
    if (!isOurs || document.querySelector("dialog[open]") || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) editor.redo();
    else editor.undo();
  });
}

/** Act on the chosen corner without dragging: move, insert, delete, show. */
export function rowTools({ editor, say, table, drawing, goTo }) {
  const buttons = [...byId("row-tools").querySelectorAll("button")];
  const acts = {
    up: ({ ring, corner }) => editor.shiftCorner(ring, corner, -1),
    down: ({ ring, corner }) => editor.shiftCorner(ring, corner, 1),
    before: ({ ring, corner }) => editor.addCorner(ring, null, corner),
    after: ({ ring, corner }) => editor.addCorner(ring, null, corner + 1),
    delete: ({ ring, corner }) => editor.removeCorner(ring, corner),
    go: (place) => showOnMap(place),
  };

  function showOnMap({ ring, corner }) {
    const { lon, lat } = editor.perimeter().rings[ring].corners[corner];
    if (lon === null) return;
    goTo({ geometry: { type: "Point", coordinates: [lon, lat] } });
    drawing.focusCorner({ ring, corner });
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      const act = button.dataset.row;
      acts[act](editor.get().selected);
      const { selected } = editor.get();
      if (selected && (act === "before" || act === "after")) table.focus(selected);
    });
  }
  byId("add-corner").addEventListener("click", () => {
    editor.addCorner(editor.get().selected?.ring ?? 0);
    table.focus(editor.get().selected);
  });
  byId("add-exclusion").addEventListener("click", () => {
    editor.addRing(true);
    table.focus(editor.get().selected);
  });
  const render = () => {
    const { selected } = editor.get();
    const ring = selected && editor.perimeter().rings[selected.ring];
    const has = Boolean(ring?.corners[selected.corner]);
    byId("row-tools-name").textContent = has
      ? say("draw.row-tools", { corner: cornerName(editor.perimeter(), selected.ring, selected.corner) })
      : say("draw.row-none");
    for (const button of buttons) {
      const { row } = button.dataset;
      const isEnd = has && ((row === "up" && selected.corner === 0) || (row === "down" && selected.corner === ring.corners.length - 1));
      button.disabled = !has || isEnd;
    }
    byId("add-exclusion").disabled = !editor.perimeter().rings.length;
  };
  editor.subscribe((state, before) => {
    if (state.selected !== before.selected || state.history !== before.history) render();
  });
  render();
}

/** Hand over the drawn perimeter as a file. */
export function exportTool({ editor, say, tell, send }) {
  const button = /** @type {HTMLButtonElement} */ (byId("tool-export"));
  const format = /** @type {HTMLSelectElement} */ (byId("tool-format"));
  button.addEventListener("click", async () => {
    const geometry = editor.geometry();
    if (!geometry) return tell(say("draw.export-empty"));
    try {
      const name = editor.get().asked.name.trim() || undefined;
      save(await send(`/api/exports/perimeter?format=${format.value}`, { geometry, name, crs: "EPSG:4326" }));
      return tell("");
    } catch (error) {
      return tell(error.message);
    }
  });
  const render = () => (button.disabled = !editor.geometry());
  editor.subscribe((state, before) => state.history !== before.history && render());
  render();
}

function save({ blob, name }) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Take a file dropped anywhere on the page. */
export function dropZone(sign, take) {
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    sign.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) sign.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    sign.hidden = true;
    take(event.dataTransfer.files[0]);
  });
}
