/** Send files with their progress; the page's own answer replaces the piece it is about. */

/**
 * @param {Document} page
 * @param {Function} say
 */
export function sendWithProgress(page, say) {
  page.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form.upload");
    if (!form || !form.elements.file.files.length) return;
    event.preventDefault();
    if (!form.dataset.sending) send(form, say);
  });
  page.addEventListener("change", (event) => {
    const form = event.target.closest?.("form.upload");
    if (form && event.target.type === "file" && event.target.files.length) form.requestSubmit();
  });
}

function send(form, say) {
  const bar = form.querySelector("progress");
  const fault = form.querySelector(".field-error");
  const request = new XMLHttpRequest();
  const stop = (words) => {
    bar.hidden = true;
    delete form.dataset.sending;
    fault.textContent = words;
    fault.hidden = !words;
  };
  form.dataset.sending = "1";
  bar.hidden = false;
  bar.value = 0;
  fault.hidden = true;
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = (100 * loaded) / total));
  request.addEventListener("error", () => stop(say("apply.script-not-sent")));
  request.addEventListener("load", () => {
    const answer = request.response;
    const told = answer?.querySelector(".error-summary p");
    if (told || request.status >= 400) return stop(told?.textContent.trim() ?? say("apply.script-not-sent"));
    stop("");
    replace(form.closest(".piece"), answer);
  });
  request.send(new FormData(form));
}

/** @param {Element} piece @param {Document} answer */
function replace(piece, answer) {
  for (const id of [piece.id, "pieces-left"]) {
    const fresh = answer.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
  }
  document.getElementById(piece.id)?.focus();
}
