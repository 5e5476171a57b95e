/** Check the answers once more, then file: the last page before the rank is given. */

import { fill, h } from "../dom.js";
import { applicationBody, filingKey, obstacles, settleFiling } from "./filing.js";
import { byWeight } from "./findings.js";
import { areaWords } from "./summary.js";
import { measure } from "./measure.js";
import { countPlaced } from "./perimeter.js";

/**
 * Make the window.
 *
 * @param {HTMLDialogElement} dialog
 * @param {{editor: object, say: Function, write: Function, labels: object, storage: Storage,
 *   me: () => Promise<object>, send: (body: object, key: string) => Promise<object>,
 *   onFiled: (answer: object) => void, serviceOf: (kind: string) => object|null,
 *   openDossier: (service: object, partyId: number) => Promise<string>,
 *   onOpened: (number: string) => void, keep?: () => Promise<object>, onKept: () => void}} options
 */
export function filingDialog(dialog, options) {
  const { editor, say } = options;
  dialog.setAttribute("aria-labelledby", "filing-title");

  function frame(title, ...content) {
    const heading = h("h2", { id: "filing-title", tabindex: "-1" }, title);
    fill(dialog,
      h("form", { method: "dialog", class: "dialog-head" }, heading,
        h("button", { class: "button button-second" }, say("draw.file-back"))),
      ...content,
    );
    if (!dialog.open) dialog.showModal();
    heading.focus();
  }

  function refuse(codes) {
    frame(say("draw.file-not-yet"), h("ul", { class: "obstacles" }, ...codes.map((code) => h("li", {}, say(code)))),
      weighty(editor, say, "block"));
  }

  /** Wait for the check under way: whoever is quick is not sent back for it. */
  function checkEnds() {
    return new Promise((resolve) => {
      const leave = editor.subscribe((state) => {
        if (state.check.status === "asking") return;
        leave();
        resolve(undefined);
      });
    });
  }

  /** Keep the perimeter in the dossier the page was opened for, and go back to it. */
  async function openForDossier() {
    const codes = obstacles(editor, true);
    if (codes.length) return refuse(codes);
    const fault = h("div", { role: "alert" }, h("p", { class: "busy" }, say("draw.dossier-saving")));
    frame(say("draw.dossier-title"), fault);
    try {
      await options.me();
      options.onKept(await options.keep());
    } catch (error) {
      showProblem(error, fault);
    }
    return undefined;
  }

  async function open() {
    if (options.keep) return openForDossier();
    if (editor.get().check.status === "asking") {
      frame(say("draw.file-title-check"), h("p", { class: "busy" }, say("draw.check-asking")));
      await checkEnds();
      if (!dialog.open) return undefined;
    }
    const codes = obstacles(editor);
    if (codes.length) return refuse(codes);
    const me = await options.me().catch(() => null);
    if (!me?.signed_in) {
      return frame(say("draw.file-title-check"), h("p", {}, say("draw.file-sign-in")),
        h("a", { class: "button", href: "/login?next=/draw" }, say("draw.file-sign-in-go")));
    }
    return review(me);
  }

  function review(me) {
    const applicant = applicantField(me, say);
    const fault = h("div", { role: "alert" });
    const confirm = h("button", { type: "button", class: "button", onclick: () => submit(applicant.value(), confirm, fault) }, say(options.serviceOf(editor.get().asked.kind) ? "draw.file-open" : "draw.file-confirm"));
    frame(say("draw.file-title-check"), answers(options), applicant.element, weighty(editor, say, "warn"), feesOf(options),
      h("p", { class: "hint" }, say(options.serviceOf(editor.get().asked.kind) ? "draw.file-by-dossier" : "draw.file-rank")), fault, applicant.canFile ? confirm : null);
  }

  async function submit(applicantId, confirm, fault) {
    const body = applicationBody(editor, applicantId);
    confirm.disabled = true;
    fault.replaceChildren(h("p", { class: "busy" }, say("draw.file-sending")));
    try {
      const service = options.serviceOf(body.kind);
      if (service) return options.onOpened(await options.openDossier(service, applicantId));
      const answer = await options.send(body, filingKey(options.storage, body));
      settleFiling(options.storage);
      return options.onFiled(answer);
    } catch (error) {
      showProblem(error, fault);
      confirm.disabled = false;
    }
    return undefined;
  }

  function showProblem(error, fault) {
    const isCut = error.code === "pages.no-connection";
    const findings = (error.problem?.findings ?? []).map((finding) => h("li", {}, finding.message));
    // An answered refusal settles the key: what is sent next is another application.
    if (!isCut && error.status < 500) settleFiling(options.storage);
    fault.replaceChildren(h("div", { class: "notice notice-bad" }, h("p", {}, error.message),
      findings.length ? h("ul", {}, ...findings) : null, isCut ? h("p", {}, say("draw.file-again")) : null));
  }

  return { open };
}

function answers({ editor, say, write, labels }) {
  const { asked, check } = editor.get();
  const area = check.answer.area?.planar_ha ?? measure(editor.perimeter(), editor.legalCrs).areaHa;
  const row = (code, value) => h("div", {}, h("dt", {}, say(code)), h("dd", {}, value));
  return h("dl", { class: "facts" },
    row("draw.kind", labels.kind(asked.kind)),
    row("draw.substances", asked.substances.map(labels.substance).join(", ")),
    asked.name ? row("draw.name", asked.name) : null,
    row("draw.sum-area", areaWords(area, write)),
    row("draw.corners-of", write(countPlaced(editor.perimeter()))));
}

function applicantField({ parties }, say) {
  if (!parties.length) {
    const element = h("div", { class: "notice notice-bad" }, h("p", {}, say("draw.file-no-party")));
    return { element, value: () => null, canFile: false };
  }
  const options = parties.map(({ id, name }) => h("option", { value: id }, name));
  const select = h("select", { id: "filing-applicant" }, ...options);
  const element = h("div", { class: "field" }, h("label", { for: "filing-applicant" }, say("draw.file-applicant")), select);
  const value = () => parties[select.selectedIndex].id;
  return { element, value, canFile: true };
}

function weighty(editor, say, severity) {
  const found = byWeight(editor.get().check.answer?.findings ?? []).filter((each) => each.severity === severity);
  if (!found.length) return null;
  return h("div", { class: `notice ${severity === "block" ? "notice-bad" : ""}` },
    severity === "warn" ? h("p", {}, h("strong", {}, say("draw.file-warns"))) : null,
    h("ul", {}, ...found.map(({ message }) => h("li", {}, message))));
}

function feesOf({ editor, say, write }) {
  const fees = (editor.get().check.answer.fees ?? []).filter(({ amount }) => amount);
  if (!fees.length) return null;
  return h("div", {}, h("h3", {}, say("draw.fees")), h("ul", {}, ...fees.map((fee) =>
    h("li", {}, `${fee.name ?? fee.code} : ${write(fee.amount)} ${fee.currency}`))));
}
