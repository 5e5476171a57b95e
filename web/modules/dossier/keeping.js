/** Keep answers as they are given: in the browser at once, on the server when a field is left. */

import { fromStorage, toStorage } from "../draw/drafts.js";

const OWN = new Set(["csrf_token", "was", "later"]);

/**
 * Keep the answers of a form.
 *
 * @param {HTMLFormElement} form
 * @param {{say: Function, storage: Storage|null, onLost: () => void}} options
 */
export function keepAnswers(form, { say, storage, onLost }) {
  const status = document.querySelector("#kept");
  const key = `cadastre.dossier.${new URL(form.action).pathname}`;
  const left = new Set();
  let last = written(form);
  let underway = Promise.resolve();

  const restored = storage && fromStorage(storage, key);
  if (restored && restored !== last) restore(form, restored);

  /** Send what changed, one after the other: each must carry what the one before was told. */
  function keep() {
    underway = underway.then(send);
    return underway;
  }

  async function send() {
    const now = written(form);
    if (now === last) return;
    tell("apply.script-keeping");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      const said = await answer.json();
      if (!answer.ok) return tell(null, said.detail);
      form.elements.was.value = said.was;
      last = now;
      if (written(form) === now && storage) toStorage(storage, key, null);
      showFaults(said.faults);
      tell("apply.script-kept", undefined, { time: new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) });
    } catch {
      tell("apply.script-kept-here");
      onLost();
    }
  }

  /** Only questions that were left are told what is wrong with them. */
  function showFaults(faults) {
    for (const name of left) {
      const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      const line = field?.querySelector(".field-error");
      if (!line) continue;
      const words = faults[name] ?? "";
      const isEmpty = !new FormData(form).getAll(name).some((value) => value !== "");
      line.textContent = isEmpty ? "" : words;
      line.hidden = !line.textContent;
      field.classList.toggle("field-wrong", !line.hidden);
      for (const input of field.querySelectorAll("input:not([type=radio],[type=checkbox]), textarea, select")) {
        if (line.hidden) input.removeAttribute("aria-invalid");
        else input.setAttribute("aria-invalid", "true");
      }
    }
  }

  function tell(code, words, values) {
    status.textContent = words ?? say(code, values ?? {});
    status.classList.toggle("is-lost", Boolean(words) || code === "apply.script-kept-here");
  }

  form.addEventListener("input", () => storage && toStorage(storage, key, written(form)));
  form.addEventListener("change", (event) => {
    left.add(event.target.name);
    keep();
  });
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    event.preventDefault();
    await underway;
    if (storage) toStorage(storage, key, written(form));
    if (!navigator.onLine) {
      tell("apply.script-kept-here");
      return onLost();
    }
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    // What the next page shows comes from the server: nothing is to be brought back afterwards.
    if (storage) toStorage(storage, key, null);
    form.submit();
  });
  if (restored && restored !== last) keep();
  return { keep };
}

/** Write the answers of a form as text, without what is not an answer. */
export function written(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => !OWN.has(name)));
}

function restore(form, kept) {
  const answers = new Map();
  for (const [name, value] of JSON.parse(kept)) answers.set(name, [...(answers.get(name) ?? []), value]);
  for (const input of form.elements) {
    if (!input.name || OWN.has(input.name)) continue;
    const values = answers.get(input.name) ?? [];
    if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
    else if (values.length) input.value = values[0];
  }
  form.dispatchEvent(new Event("change"));
}
