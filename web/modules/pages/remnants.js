/** Count down to the last moment for choosing a remnant. */

import { keepCountdown } from "../openings/countdown.js";
import { embedded, sayer } from "../sentences.js";

const say = sayer(embedded("sentences") ?? {}, document.documentElement.lang);
for (const element of document.querySelectorAll(".countdown")) {
  keepCountdown(/** @type {HTMLElement} */ (element), (values) => say("openings.left", values));
}
