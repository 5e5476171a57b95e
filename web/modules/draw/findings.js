/** Show what the check answers: sentences by weight, overlaps with figures, proposals, fees. */

import { h } from "../dom.js";

const ORDER = ["block", "warn", "info"];
const LETTERS = { block: "!", warn: "?", info: "i" };
const PAGES = { titles: "titles", applications: "applications", zones: "zones", works: "works" };

/**
 * Put the answers in an element.
 *
 * @param {HTMLElement} host
 * @param {{editor: object, say: Function, write: (value: unknown) => string,
 *   goTo: (what: {geometry?: object, corner?: number}) => void,
 *   preview: (proposal: object|null) => void, apply: (proposal: object) => void}} options
 */
export function findingsPanel(host, options) {
  const { editor, say } = options;
  const status = h("p", { class: "check-status", role: "status" });
  const body = h("div", { class: "check-body" });
  host.append(status, body);
  let shown;

  function render() {
    const { check, preview } = editor.get();
    const words = statusWords(check, say);
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("busy", check.status === "asking");
    body.classList.toggle("is-old", check.status === "asking");
    if (shown?.answer === check.answer && shown?.preview === preview) return;
    shown = { answer: check.answer, preview };
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    body.replaceChildren(...(check.answer ? sections(check.answer, preview, options) : []));
    if (focused) body.querySelector(`[data-act="${focused}"]`)?.focus();
  }
  editor.subscribe((state, before) => {
    if (state.check !== before.check || state.preview !== before.preview) render();
  });
  render();
}

function statusWords({ status, answer, message }, say) {
  if (status === "failed") return say("draw.check-failed", { reason: message });
  if (status !== "done") return say(`draw.check-${status}`);
  const counts = countBySeverity(answer.findings);
  if (counts.block) return say(counts.block > 1 ? "draw.check-blocked-many" : "draw.check-blocked", { count: counts.block });
  if (counts.warn) return say(counts.warn > 1 ? "draw.check-warned-many" : "draw.check-warned", { count: counts.warn });
  return say("draw.check-good");
}

/** Count findings by severity. */
export function countBySeverity(findings) {
  const counts = { block: 0, warn: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Order findings by weight, otherwise as the check gave them. */
export const byWeight = (findings) =>
  [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));

function sections(answer, preview, options) {
  const { say } = options;
  const part = (title, content) => (content ? h("section", {}, h("h3", {}, say(title)), content) : null);
  const findings = byWeight(answer.findings).map((finding) => findingItem(finding, options));
  const beside = [
    part("draw.proposals", proposals(answer.proposals ?? [], preview, options)),
    part("draw.overlaps", overlaps(answer.overlaps ?? [], options)),
    part("draw.fees", fees(answer.fees ?? [], options)),
  ].filter(Boolean);
  return [
    findings.length ? h("ul", { class: "findings" }, ...findings) : null,
    beside.length ? h("div", { class: "check-beside" }, ...beside) : null,
  ].filter(Boolean);
}

function findingItem(finding, { say, goTo }) {
  const { severity, message, article, evidence, geometry, corner } = finding;
  const isDoubtful = evidence && evidence !== "confirmed";
  return h("li", { class: `finding finding-${severity}`, "data-code": finding.code },
    h("span", { class: "finding-mark", "aria-hidden": "true" }, LETTERS[severity]),
    h("div", {},
      h("p", {}, h("strong", { class: "finding-weight" }, say(`draw.severity-${severity}`)), ` ${message}`),
      article || isDoubtful
        ? h("p", { class: "finding-source" }, article ? `${article} ` : "", isDoubtful ? h("span", { class: "tag tag-doubt" }, say(`draw.evidence-${evidence}`)) : null)
        : null,
      finding.values?.page
        ? h("p", {}, h("a", { href: finding.values.page }, say("draw.opening-page")))
        : null,
      geometry || corner
        ? h("button", { type: "button", class: "button button-second button-small", "data-act": `go-${finding.code}`, onclick: () => goTo({ geometry, corner }) },
            say("draw.go-there"))
        : null));
}

function proposals(list, preview, options) {
  return list.length ? h("ul", { class: "proposals" }, ...list.map((each, index) => proposalItem(each, index, preview, options))) : null;
}

function proposalItem(proposal, index, preview, { say, preview: show, apply }) {
  const isShown = preview === proposal.geometry;
  const button = (act, kind, code, onclick) =>
    h("button", { type: "button", class: `button ${kind} button-small`, "data-act": `${act}-${index}`, onclick }, say(code));
  return h("li", { class: isShown ? "proposal is-shown" : "proposal", "data-kind": proposal.kind },
    h("p", {}, proposal.message),
    h("div", { class: "buttons" },
      isShown
        ? button("show", "", "draw.apply", () => apply(proposal))
        : button("show", "button-second", "draw.preview", () => show(proposal)),
      isShown ? button("hide", "button-second", "draw.preview-off", () => show(null)) : null));
}

function overlaps(list, options) {
  if (!list.length) return null;
  const { say } = options;
  const heads = [["overlap-with", ""], ["overlap-area", "number"], ["overlap-mine", "number"], ["overlap-theirs", "number"]];
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": say("draw.overlaps") },
    h("table", { class: "overlaps" }, h("caption", { class: "hidden" }, say("draw.overlaps")),
      h("thead", {}, h("tr", {}, ...heads.map(([name, kind]) => h("th", { scope: "col", class: kind }, say(`draw.${name}`))))),
      h("tbody", {}, ...list.map((overlap) => overlapRow(overlap, options)))));
}

function overlapRow(overlap, { say, write, goTo }) {
  const { collection, id, name, geometry } = overlap;
  const page = PAGES[collection];
  const title = page ? h("a", { href: `/${page}/${encodeURIComponent(id)}` }, name || id) : h("span", {}, name || id);
  const kind = effectOf(overlap);
  return h("tr", {},
    h("th", { scope: "row" }, title, " ",
      h("span", { class: `tag ${kind === "blocking" ? "tag-block" : ""}` }, say(`draw.overlap-${kind}`)),
      geometry ? h("button", { type: "button", class: "link-button", onclick: () => goTo({ geometry }) }, say("draw.go-there"), h("span", { class: "hidden" }, ` ${name || id}`)) : null),
    h("td", { class: "number" }, surface(overlap.area_m2, write)),
    h("td", { class: "number" }, percent(overlap.share, write)),
    h("td", { class: "number" }, percent(overlap.share_of_other, write)));
}

// What the law makes of these is only known once a kind of title and substances are asked for.
const UNJUDGED = new Set(["overlap.ground", "overlap.group-unknown"]);

/** Name what an overlap does: technical, blocking, allowed, or not known yet. */
export function effectOf({ technical, blocking, code }) {
  if (technical) return "technical";
  if (blocking) return "blocking";
  return UNJUDGED.has(code) ? "unknown" : "allowed";
}

/** Write an area in the unit that fits: square metres below a hectare. */
export function surface(areaM2, write) {
  if (areaM2 < 10000) return `${write(Math.round(areaM2 * 10) / 10)} m²`;
  return `${write(Math.round(areaM2 / 100) / 100)} ha`;
}

/** Write a share; what is not nothing never reads as nothing. */
export function percent(share, write) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  return value > 0 && value < 0.01 ? `< ${write(0.01)} %` : `${write(Math.round(value * 100) / 100)} %`;
}

function fees(list, { say, write }) {
  if (!list.length) return null;
  return h("ul", { class: "fees" }, ...list.map((fee) => h("li", {},
    h("p", {}, h("strong", {}, fee.name ?? fee.code), " : ",
      fee.amount === null ? say("draw.fee-unknown") : `${write(fee.amount)} ${fee.currency}`,
      " ",
      fee.evidence && fee.evidence !== "confirmed" ? h("span", { class: "tag tag-doubt" }, say(`draw.evidence-${fee.evidence}`)) : null),
    h("p", { class: "hint" }, isOnlyAmount(fee) ? "" : fee.working, fee.article ? ` ${fee.article}` : ""))));
}

/** A fixed amount has no working that says more than the amount. */
const isOnlyAmount = ({ amount, working }) => !working || working === "?" || working.replace(/\D/g, "") === String(amount);
