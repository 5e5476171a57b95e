/** Look at the register on another day: the parameters that every question then carries. */

/** @typedef {{at?: string, known?: string}} Moment */

/**
 * Add a moment to an address.
 * @param {string} address
 * @param {Moment} [moment]
 */
export function atMoment(address, moment = {}) {
  const asked = Object.entries(moment).filter(([, value]) => value);
  if (asked.length === 0) return address;
  const question = new URLSearchParams(/** @type {[string, string][]} */ (asked)).toString();
  return `${address}${address.includes("?") ? "&" : "?"}${question}`;
}

/**
 * Keep what the map shows when the date is changed: the view stands behind the #.
 * @param {HTMLFormElement} form
 */
export function keepDate(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const moment = { at: String(said.get("at") ?? ""), known: String(said.get("known") ?? "") };
    location.assign(atMoment("/", moment) + location.hash);
  });
  for (const link of document.querySelectorAll("[data-keep-view]")) {
    link.addEventListener("click", () => {
      /** @type {HTMLAnchorElement} */ (link).hash = location.hash;
    });
  }
}
