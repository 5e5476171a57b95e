/** Walk a person through a page: what is written beside the page is shown at its places. */

import { driver } from "driver.js";

const told = document.getElementById("tour-stops");
const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("tour-begin"));

if (told && button) {
  const stops = JSON.parse(told.textContent ?? "[]").filter(
    (/** @type {{at: string}} */ stop) => document.querySelector(stop.at),
  );
  button.hidden = stops.length === 0;
  button.addEventListener("click", () => {
    const { next, back, done } = button.dataset;
    driver({
      animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      showProgress: true,
      progressText: "{{current}} / {{total}}",
      nextBtnText: next,
      prevBtnText: back,
      doneBtnText: done,
      steps: stops.map((/** @type {{at: string, say: string}} */ stop) => ({
        element: stop.at,
        popover: { description: stop.say },
      })),
    }).drive();
  });
}
