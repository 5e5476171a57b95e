/** Say at once how large the perimeter is, and put the server's own figures in when they come. */

import { h } from "../dom.js";
import { measure } from "./measure.js";
import { countPlaced } from "./perimeter.js";
import { countBySeverity } from "./findings.js";

/**
 * Put the measures in a description list and the weight of the check in a link.
 *
 * @param {{list: HTMLElement, link: HTMLElement}} places
 * @param {{editor: object, say: Function, write: (value: unknown) => string}} options
 */
export function summaryBar({ list, link }, { editor, say, write }) {
  const fact = (code, value, note) =>
    h("div", {}, h("dt", {}, say(`draw.sum-${code}`), note ? h("small", {}, ` ${note}`) : null), h("dd", { title: value }, value));

  function render() {
    const { check } = editor.get();
    const rough = measure(editor.perimeter(), editor.legalCrs);
    const exact = check.status === "done" ? check.answer?.area : null;
    const areaHa = exact?.planar_ha ?? exact?.geodesic_ha ?? rough?.areaHa ?? null;
    const note = rough ? (exact ? say("draw.sum-planar", { crs: exact.crs }) : say("draw.sum-provisional")) : null;
    list.replaceChildren(
      fact("area", areaHa === null ? "–" : areaWords(areaHa, write), note),
      fact("perimeter", rough ? `${write(Math.round(rough.perimeterM) / 1000)} km` : "–"),
      fact("corners", write(countPlaced(editor.perimeter()))),
      fact("place", placeWords(check.answer?.administrative_units)),
      ...published(areaHa),
    );
    verdict(check);
  }

  /** Compare with the area the document prints, as long as nothing was changed since. */
  function published(areaHa) {
    const printed = editor.perimeter().source?.publishedAreaHa;
    if (!printed || areaHa === null) return [];
    const gap = Math.round(((areaHa - printed) / printed) * 10000) / 100;
    return [fact("published", `${write(printed)} ha`, say("draw.sum-gap", { gap }))];
  }

  function verdict({ status, answer }) {
    const counts = answer && status !== "failed" ? countBySeverity(answer.findings) : null;
    link.replaceChildren(...(counts ? badges(counts) : [say("draw.sum-to-findings")]));
    link.dataset.weight = counts ? (counts.block ? "block" : counts.warn ? "warn" : "good") : "none";
    link.setAttribute("aria-busy", String(status === "asking"));
  }

  function badges(counts) {
    return ["block", "warn", "info"]
      .filter((weight) => counts[weight])
      .map((weight) => h("span", { class: `badge badge-${weight}` }, `${say(`draw.badge-${weight}`)} ${counts[weight]}`))
      .concat(counts.block || counts.warn ? [] : [h("span", { class: "badge badge-good" }, `✓ ${say("draw.badge-good")}`)]);
  }

  editor.subscribe((state, before) => {
    if (state.history !== before.history || state.check !== before.check) render();
  });
  render();
}

/** Write an area in hectares and square kilometres. */
export function areaWords(areaHa, write) {
  const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;
  return `${write(round(areaHa, 2))} ha (${write(round(areaHa / 100, 4))} km²)`;
}

/** Name the smallest units first told, largest last: what a person recognises. */
export function placeWords(units) {
  if (!units?.length) return "–";
  const names = units.map((unit) => unit.name ?? unit);
  return [...new Set(names)].slice(0, 4).join(", ");
}
