/** Give a record's page what needs a script: printing, and its address on the clipboard. */

const acts = {
  print: () => window.print(),
  copy: async (/** @type {HTMLElement} */ button) => {
    await navigator.clipboard.writeText(location.href.split("#")[0]);
    button.textContent = button.dataset.done ?? "";
  },
};

for (const button of document.querySelectorAll("[data-act]")) {
  const element = /** @type {HTMLElement} */ (button);
  const name = /** @type {keyof typeof acts} */ (element.dataset.act);
  if (name === "copy" && !navigator.clipboard) continue;
  element.hidden = false;
  element.addEventListener("click", () => acts[name](element));
}
