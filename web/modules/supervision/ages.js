/** Say on every tile how old its figure is: amber after a minute, red after five. */

const AMBER_S = 60;
const RED_S = 300;

/**
 * Keep every `[data-age]` of the page true, second by second.
 * The server's clock and the screen's may differ: what counts is the time since the figures came.
 * @param {string} first instant of the figures in the page
 * @param {(code: string, values?: Record<string, unknown>) => string} say
 * @param {string} zone time zone of the law's clock
 */
export function keepAges(first, say, zone) {
  let came = performance.now() - sinceLoaded();
  const clock = document.getElementById("clock");
  let ahead = Date.parse(first) - Date.now();

  function show() {
    const seconds = Math.max(0, Math.round((performance.now() - came) / 1000));
    const words = seconds < 100 ? say("supervision.live-seconds", { count: seconds })
      : say("supervision.live-minutes", { count: Math.round(seconds / 60) });
    const tone = seconds >= RED_S ? "red" : seconds >= AMBER_S ? "amber" : "fresh";
    document.documentElement.dataset.tone = tone;
    for (const element of document.querySelectorAll("[data-age]")) element.textContent = words;
    if (clock) clock.textContent = new Date(Date.now() + ahead).toLocaleTimeString(document.documentElement.lang,
      { hour: "2-digit", minute: "2-digit", timeZone: zone });
  }
  show();
  setInterval(show, 1000);
  return {
    /** Note that figures of an instant came now. @param {string} instant */
    at(instant) {
      came = performance.now();
      ahead = Date.parse(instant) - Date.now();
      show();
    },
  };
}

/** Milliseconds since the page was answered. */
function sinceLoaded() {
  const [entry] = performance.getEntriesByType("navigation");
  return entry ? performance.now() - /** @type {any} */ (entry).responseStart : 0;
}
