/** Count down to an instant on the server's clock: the reader's own may be wrong. */

const SECOND = 1000;

/**
 * Keep a countdown.
 * @param {HTMLElement} element `data-until` and `data-now` ISO instants, `data-over` what to say then
 * @param {(values: Record<string, number>) => string} write
 */
export function keepCountdown(element, write) {
  const { until = "", now = "", over = "" } = element.dataset;
  const ahead = Date.parse(now) - Date.now();
  const tick = () => {
    const left = Math.floor((Date.parse(until) - Date.now() - ahead) / SECOND);
    if (left <= 0) {
      element.textContent = over;
      clearInterval(timer);
      return;
    }
    const minutes = Math.floor(left / 60);
    element.textContent = write({
      days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60, seconds: left % 60,
    });
  };
  const timer = setInterval(tick, SECOND);
  tick();
}
