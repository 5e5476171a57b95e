/** Single keys for the desk: they follow links or move to headings, and can be turned off. */

const STORED = "cadastre.case-keys";
const TYPING = "input, textarea, select, [contenteditable]";

/**
 * Listen for the keys that elements name by `data-key`; a button turns them off and on.
 * @param {HTMLElement|null} button
 */
export function keepKeys(button) {
  let on = remembered() !== "off";
  const show = () => {
    if (!button) return;
    button.hidden = false;
    button.textContent = (on ? button.dataset.off : button.dataset.on) ?? "";
    button.setAttribute("aria-pressed", String(!on));
  };
  button?.addEventListener("click", () => {
    on = !on;
    remember(on ? "on" : "off");
    show();
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!on || event.ctrlKey || event.metaKey || event.altKey || target.closest(TYPING)) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!(found instanceof HTMLElement)) return;
    event.preventDefault();
    if (found instanceof HTMLAnchorElement) found.click();
    else {
      found.focus();
      found.scrollIntoView({ block: "start" });
    }
  });
  show();
}

function remembered() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** @param {string} value */
function remember(value) {
  try {
    localStorage.setItem(STORED, value);
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}
