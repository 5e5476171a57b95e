/** The pages on which a dossier is written and followed; each also works without this script. */

import { sayer } from "../sentences.js";
import { watchConnection } from "../draw/connection.js";
import { keepAnswers } from "../dossier/keeping.js";
import { showConditions } from "../dossier/conditions.js";
import { sendWithProgress } from "../dossier/uploads.js";
import { addReadersTime } from "../dossier/times.js";

const words = document.getElementById("sentences");
const say = words ? sayer(JSON.parse(words.textContent), document.documentElement.lang) : () => "";
const bar = document.getElementById("offline");
const questions = document.querySelector("#questions");

if (questions) {
  showConditions(questions);
  let connection = null;
  const keeper = keepAnswers(questions, { say, storage: safely(() => localStorage), onLost: () => connection?.lost() });
  connection = bar ? watchConnection({ bar, onBack: () => keeper.keep() }) : null;
} else if (bar) {
  watchConnection({ bar, onBack: () => {} });
}
if (document.querySelector("form.upload")) sendWithProgress(document, say);
addReadersTime(document);
for (const link of document.querySelectorAll(".needs-script")) link.hidden = false;
pressOnce();
offerPlace();
offerPrint();

/** A second press while the first is under way sends nothing more. */
function pressOnce() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    let isSent = false;
    form.addEventListener("submit", (event) => {
      if (isSent) event.preventDefault();
      isSent = true;
    });
    window.addEventListener("pageshow", () => (isSent = false));
  }
}

function offerPlace() {
  const button = document.querySelector("#here");
  if (!button || !navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      document.querySelector("#position").value = `${coords.latitude.toFixed(6)} ${coords.longitude.toFixed(6)}`;
      document.querySelector("#type-position").click();
    }, () => button.after(document.createTextNode(say("apply.script-no-place")))));
}

function offerPrint() {
  const button = document.querySelector("#print");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function safely(get) {
  try {
    return get();
  } catch {
    return null;
  }
}
