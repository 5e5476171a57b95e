/** Build elements without markup strings: what comes from the register is always text. */

/**
 * Make an element.
 * @param {string} name tag name
 * @param {Record<string, unknown>} [attributes] `on…` functions become listeners, false and null are left out
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), /** @type {any} */ (value));
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Put children in place of what an element holds; null and undefined are left out, as in `h`.
 * @param {Element} element
 * @param {...(Node|string|null|undefined)} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/**
 * Give the element of an id that the page's template promises.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}`);
  return element;
}

/**
 * Call a function once calls have paused.
 * @param {(...args: any[]) => void} act
 * @param {number} pauseMs
 * @returns {(...args: any[]) => void}
 */
export function afterPause(act, pauseMs) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), pauseMs);
  };
}
