/** Keep what is being written in a dossier in this browser until it is sent. */

/** @param {string} number */
export function keepDrafts(number) {
  for (const id of ["text", "note"]) {
    const area = /** @type {HTMLTextAreaElement|null} */ (document.getElementById(id));
    if (!area) continue;
    const key = `cadastre.desk.${number}.${id}`;
    if (!area.value) area.value = read(key);
    area.addEventListener("input", () => write(key, area.value));
    area.form?.addEventListener("submit", () => write(key, ""));
  }
}

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value */
function write(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing loses nothing that was sent.
  }
}
