/** The two small forms of the page: what is asked for, and how coordinates are written. */

import { byId, h } from "../dom.js";

/**
 * Tie kind, substances and name to the editor.
 *
 * @param {{editor: object, facts: object, say: Function}} options
 * @returns {{kind: (id: string) => string, substance: (id: string) => string}} what ids are called
 */
export function askedForm({ editor, facts, say }) {
  const kind = /** @type {HTMLSelectElement} */ (byId("asked-kind"));
  const name = /** @type {HTMLInputElement} */ (byId("asked-name"));
  const at = /** @type {HTMLInputElement} */ (byId("asked-at"));
  const labels = labelsOf(facts);
  for (const { id, label, suspended } of facts.kinds) {
    kind.append(h("option", { value: id }, suspended ? say("draw.kind-suspended", { label }) : label));
  }
  byId("substances").append(...facts.substances.map(({ label }) => h("option", { value: label })));
  const put = (change) => editor.set({ asked: { ...editor.get().asked, ...change } });
  kind.addEventListener("change", () => put({ kind: kind.value }));
  name.addEventListener("input", () => put({ name: name.value }));
  // A date half typed is empty: it is asked about only once it is one.
  at.addEventListener("change", () => put({ at: at.value }));
  byId("draw-asked").addEventListener("submit", (event) => event.preventDefault());
  substanceField({ editor, facts, say, put, labels });
  const render = () => {
    const { asked } = editor.get();
    if (kind.value !== asked.kind) kind.value = asked.kind;
    if (name.value !== asked.name) name.value = asked.name;
    if (at.value !== (asked.at ?? "")) at.value = asked.at ?? "";
  };
  editor.subscribe((state, before) => state.asked !== before.asked && render());
  render();
  return labels;
}

function labelsOf(facts) {
  const kinds = new Map(facts.kinds.map(({ id, label }) => [id, label]));
  const substances = new Map(facts.substances.map(({ id, label }) => [id, label]));
  return { kind: (id) => kinds.get(id) ?? id, substance: (id) => substances.get(id) ?? id };
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();

function substanceField({ editor, facts, say, put, labels }) {
  const input = /** @type {HTMLInputElement} */ (byId("asked-substance"));
  const fault = byId("asked-substance-fault");
  const find = (text) => facts.substances.find(({ id, label }) => [id, label].map(plain).includes(plain(text)));

  function add(isFinal) {
    const found = find(input.value);
    fault.textContent = found || !isFinal || !input.value.trim() ? "" : say("draw.substance-unknown", { given: input.value.trim() });
    if (!found) return;
    const { substances } = editor.get().asked;
    if (!substances.includes(found.id)) put({ substances: [...substances, found.id] });
    input.value = "";
  }
  // A choice from the list arrives as one input of another sort than a typed letter.
  input.addEventListener("input", (event) => !event.inputType?.startsWith("insertText") && add(false));
  input.addEventListener("change", () => add(true));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add(true);
  });
  const drop = (id) => {
    put({ substances: editor.get().asked.substances.filter((each) => each !== id) });
    input.focus();
  };
  const render = () =>
    byId("asked-chips").replaceChildren(...editor.get().asked.substances.map((id) =>
      h("li", {}, labels.substance(id),
        h("button", { type: "button", "aria-label": say("draw.substance-remove", { substance: labels.substance(id) }), onclick: () => drop(id) }, "×"))));
  editor.subscribe((state, before) => state.asked !== before.asked && render());
  render();
}

/**
 * Tie the selectors of system and notation to the editor; they always agree and always show.
 *
 * @param {{editor: object, facts: object, agree: Function}} options
 */
export function viewForm({ editor, facts, agree }) {
  const crs = /** @type {HTMLSelectElement} */ (byId("view-crs"));
  const style = /** @type {HTMLSelectElement} */ (byId("view-style"));
  crs.append(...facts.crs_options.map(({ code, label }) => h("option", { value: code }, label)));
  const change = (changed) => {
    const view = { style: style.value, crs: crs.value };
    editor.chooseView(agree(view, changed, facts.crs_options, facts.legal_crs));
  };
  crs.addEventListener("change", () => change("crs"));
  style.addEventListener("change", () => change("style"));
  const render = () => {
    const { view } = editor.get();
    crs.value = view.crs;
    style.value = view.style;
    byId("view-hint").hidden = view.crs !== "";
    crs.classList.toggle("is-wanted", view.crs === "");
  };
  editor.subscribe((state, before) => state.view !== before.view && render());
  render();
}
