/** Render the corner table and turn keys and letters into edits; it keeps nothing of its own. */

import { h } from "../dom.js";
import { cellTexts, shownView } from "./cells.js";
import { side } from "./measure.js";
import { cornerName, cornerNumber, isPlaced } from "./perimeter.js";
import { tableKey } from "./table_keys.js";

const ROW_KEYS = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Put the table in an element.
 *
 * @param {HTMLElement} host
 * @param {{editor: object, say: Function, onPasteBlock: (text: string) => void}} options
 */
export function cornerTable(host, { editor, say, onPasteBlock }) {
  const bodies = [];
  const heads = {};
  const table = h(
    "table",
    { class: "corners", role: "table", "aria-describedby": "draw-table-keys" },
    h("caption", { class: "hidden" }, say("draw.table")),
    h("thead", { role: "rowgroup" }, headRow(heads, say)),
  );
  host.append(table);
  table.addEventListener("keydown", (event) => handleKey(event, editor, table));
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\n\t]/.test(text.trim())) return;
    event.preventDefault();
    onPasteBlock(text);
  });

  function render() {
    const { view } = editor.get();
    const perimeter = editor.perimeter();
    const rings = perimeter.rings.length ? perimeter.rings : [{ isExclusion: false, corners: [] }];
    headings(heads, view, say);
    table.classList.toggle("is-single", view.style === "mgrs");
    while (bodies.length > rings.length) bodies.pop().remove();
    rings.forEach((ring, r) => {
      if (!bodies[r]) table.append((bodies[r] = h("tbody", { role: "rowgroup" })));
      renderRing({ body: bodies[r], ring, r, perimeter, editor, say });
    });
  }

  editor.subscribe((state, before) => {
    const watched = ["history", "view", "selected", "printed"];
    if (watched.some((name) => state[name] !== before[name])) render();
  });
  render();
  return {
    /** Put the caret in a cell of a corner. */
    focus({ ring, corner }, axis = "x") {
      bodies[ring]?.querySelectorAll("tr.corner")[corner]?.querySelector(`[data-axis=${axis}]`)?.focus();
    },
  };
}

function headRow(heads, say) {
  const head = (name, kind = "") => (heads[name] = h("th", { scope: "col", role: "columnheader", class: kind }));
  const row = h("tr", { role: "row" }, head("label"), head("x"), head("y", "y"), head("side", "number side"), head("bearing", "number bearing"));
  heads.label.textContent = say("draw.column-corner");
  heads.side.textContent = say("draw.column-side");
  heads.bearing.textContent = say("draw.column-bearing");
  return row;
}

function headings(heads, { style }, say) {
  heads.x.textContent = say(
    { utm: "draw.column-easting", mgrs: "draw.column-mgrs" }[style] ?? "draw.column-longitude",
  );
  heads.y.textContent = say(style === "utm" ? "draw.column-northing" : "draw.column-latitude");
}

function renderRing({ body, ring, r, perimeter, editor, say }) {
  const hasTitle = perimeter.rings.length > 1;
  ringTitle(body, hasTitle, ring, r, editor, say);
  const rows = [...body.querySelectorAll("tr.corner")];
  // A last blank row is always there to be typed into; it belongs to nobody until then.
  const wanted = ring.corners.length || 1;
  while (rows.length > wanted) dropRow(rows.pop());
  for (let c = 0; c < wanted; c += 1) {
    rows[c] ??= body.appendChild(makeRow(r, c, editor, say));
    rows[c].dataset.ring = r;
    renderRow(rows[c], { perimeter, ring, r, c, editor, say });
  }
}

function dropRow(row) {
  if (row.nextElementSibling?.classList.contains("fault")) row.nextElementSibling.remove();
  row.remove();
}

function ringTitle(body, hasTitle, ring, r, editor, say) {
  let row = body.querySelector("tr.ring");
  if (!hasTitle) return row?.remove();
  if (!row) {
    const remove = h("button", { type: "button", class: "link-button", onclick: () => editor.removeRing(Number(body.dataset.ring)) }, say("draw.remove-ring"));
    const cell = h("th", { colspan: "5", scope: "rowgroup", role: "rowheader" }, h("span", {}), " ", remove);
    body.prepend((row = h("tr", { class: "ring", role: "row" }, cell)));
  }
  body.dataset.ring = r;
  row.querySelector("span").textContent = say(ring.isExclusion ? "draw.exclusion" : "draw.surface", { number: r + 1 });
  return row;
}

function makeRow(r, c, editor, say) {
  const input = (axis) =>
    h("input", {
      type: "text",
      "data-axis": axis,
      autocomplete: "off",
      spellcheck: "false",
      autocapitalize: "off",
      inputmode: axis === "label" ? "text" : null,
      oninput: (event) => typeInto(event.target, editor),
      onfocus: (event) => selectRow(event.target, editor),
    });
  const cell = (axis, kind = "") => h("td", { class: kind, role: "cell" }, input(axis));
  return h(
    "tr",
    { class: "corner", role: "row", "data-ring": r, "data-corner": c },
    cell("label", "name"),
    cell("x"),
    cell("y", "y"),
    h("td", { class: "number side", role: "cell" }),
    h("td", { class: "number bearing", role: "cell" }),
  );
}

const placeOf = (element) => {
  const { ring, corner } = element.closest("tr.corner").dataset;
  return { ring: Number(ring), corner: Number(corner) };
};

function typeInto(input, editor) {
  const { ring, corner } = placeOf(input);
  const text = input.value;
  // The waiting row becomes a corner with its first letter.
  if (!editor.perimeter().rings[ring]?.corners[corner]) editor.addCorner(ring);
  const { axis } = input.dataset;
  if (axis === "label") editor.nameCorner(ring, corner, text);
  else editor.typeCell(ring, corner, axis, text);
}

function selectRow(input, editor) {
  const { ring, corner } = placeOf(input);
  const { selected } = editor.get();
  if (!editor.perimeter().rings[ring]?.corners[corner]) return;
  if (selected?.ring !== ring || selected?.corner !== corner) editor.select(ring, corner);
}

function renderRow(row, { perimeter, ring, r, c, editor, say }) {
  const { view, printed, selected } = editor.get();
  const corner = ring.corners[c] ?? null;
  row.dataset.corner = c;
  const name = corner ? cornerName(perimeter, r, c) : "1";
  const [x, y] = corner ? cellTexts(corner, shownView(view, editor.legalCrs), editor.language, printed) : ["", ""];
  const [label, first, second] = row.querySelectorAll("input");
  write(label, corner?.label ?? "");
  label.placeholder = name;
  label.parentElement.dataset.number = corner?.label ? cornerNumber(perimeter, r, c) : "";
  write(first, x);
  write(second, y);
  label.setAttribute("aria-label", say("draw.cell-label", { corner: name }));
  const words = { utm: ["easting", "northing"], mgrs: ["mgrs", "latitude"] }[view.style] ?? ["longitude", "latitude"];
  first.setAttribute("aria-label", say(`draw.cell-${words[0]}`, { corner: name }));
  second.setAttribute("aria-label", say(`draw.cell-${words[1]}`, { corner: name }));
  row.classList.toggle("is-selected", selected?.ring === r && selected?.corner === c);
  row.classList.toggle("is-pending", Boolean(corner?.pending));
  measures(row, corner ? side(ring, c, editor.legalCrs) : null, editor);
  renderFault(row, corner, `draw-fault-${r}-${c}`, [first, second], say);
}

/** Leave a field alone that already shows the text: writing would move the caret. */
function write(input, text) {
  if (input.value !== text) input.value = text;
}

function measures(row, found, editor) {
  const digits = (value, count) =>
    new Intl.NumberFormat(editor.language, { maximumFractionDigits: count, minimumFractionDigits: count }).format(value);
  row.querySelector(".side").textContent = found ? `${digits(found.lengthM, 0)} m` : "";
  row.querySelector(".bearing").textContent = found ? `${digits(found.bearing, 1)}°` : "";
}

function renderFault(row, corner, id, inputs, say) {
  const has = Boolean(corner?.fault);
  const words = corner?.fault ?? corner?.remark ?? "";
  let fault = row.nextElementSibling?.classList.contains("fault") ? row.nextElementSibling : null;
  if (!words) fault?.remove();
  else {
    if (!fault) row.after((fault = h("tr", { class: "fault", role: "row" }, h("td", { colspan: "5", role: "cell" }))));
    const cell = fault.firstElementChild;
    cell.id = id;
    if (cell.textContent !== words) cell.textContent = words;
    fault.classList.toggle("is-remark", !has);
  }
  for (const input of inputs) {
    if (words) input.setAttribute("aria-describedby", id);
    else input.removeAttribute("aria-describedby");
    input.setAttribute("aria-invalid", String(has));
  }
  row.classList.toggle("is-wrong", has);
  row.title = corner && !has && !isPlaced(corner) && corner.pending ? say("draw.reading") : "";
}

function handleKey(event, editor, table) {
  const input = event.target.closest?.("tr.corner input");
  if (!input || event.isComposing) return;
  const { ring, corner } = placeOf(input);
  const exists = Boolean(editor.perimeter().rings[ring]?.corners[corner]);
  if (event.altKey && exists) {
    if (!rowKey(event, editor, ring, corner)) return;
    event.preventDefault();
    focusSelected(editor, table, input.dataset.axis);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...table.querySelectorAll("tr.corner")];
  const row = input.closest("tr");
  const at = { row: rows.indexOf(row), column: columnsOf(row).indexOf(input) };
  const caret = { atStart: input.selectionEnd === 0, atEnd: input.selectionStart === input.value.length };
  const answer = tableKey(event.key, at, { rows: rows.length, columns: columnsOf(row).length }, caret);
  if (!answer) return;
  event.preventDefault();
  if (answer.move) {
    const target = columnsOf(rows[answer.move.row])[answer.move.column];
    target.focus();
    target.select();
  } else if (exists) {
    editor.addCorner(ring);
    focusSelected(editor, table, "x");
  }
}

const columnsOf = (row) => [...row.querySelectorAll("input")].filter((input) => input.offsetParent);

function rowKey(event, editor, ring, corner) {
  if (event.key in ROW_KEYS) editor.shiftCorner(ring, corner, ROW_KEYS[event.key]);
  else if (event.key === "Insert" || event.key === "Enter") editor.addCorner(ring, null, corner + 1);
  else if (event.key === "Delete" || event.key === "Backspace") editor.removeCorner(ring, corner);
  else return false;
  return true;
}

function focusSelected(editor, table, axis) {
  const { selected } = editor.get();
  const row = selected && table.querySelector(`tr.corner[data-ring="${selected.ring}"][data-corner="${selected.corner}"]`);
  const input = (row ?? table.querySelector("tr.corner"))?.querySelector(`[data-axis=${axis}]`);
  input?.focus();
  input?.select();
}
