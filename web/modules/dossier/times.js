/** Beside each legal time, say the reader's own where it differs. */

/** @param {Document} page */
export function addReadersTime(page) {
  const root = page.querySelector("[data-zone]");
  if (!root) return;
  const language = page.documentElement.lang;
  const write = (at, zone) => at.toLocaleString(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const here = write(at);
    if (here === write(at, root.dataset.zone)) continue;
    const yours = Object.assign(page.createElement("small"), { className: "yours", textContent: `${here} ${root.dataset.yours}` });
    time.after(yours);
  }
}
