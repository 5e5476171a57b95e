/** The window in which a table or a file is read, questioned and looked over before it is used. */

import { h } from "../dom.js";
import { printPlace } from "./cells.js";
import { argumentOf, comparePublished, isUsable, notesByCorner, readingRequest } from "./reading.js";
import { fromReading } from "./geojson.js";

/**
 * Make the window.
 *
 * @param {HTMLDialogElement} dialog the empty dialog of the page
 * @param {{editor: object, say: Function, write: (value: unknown) => string, read: Function,
 *   systems: {code: string, label: string, projected: boolean}[], onUsed: () => void}} options
 */
export function readingDialog(dialog, { editor, say, write, read, systems, onUsed }) {
  const area = h("textarea", { id: "reading-text", rows: "8", spellcheck: "false", autocomplete: "off" });
  const asking = h("div", { class: "reading-text" },
    h("label", { for: "reading-text" }, say("draw.reading-label")),
    h("p", { class: "hint", id: "reading-hint" }, say("draw.reading-hint")),
    area,
    h("button", { type: "button", class: "button", onclick: () => start({ text: area.value }) }, say("draw.reading-go")),
  );
  area.setAttribute("aria-describedby", "reading-hint");
  const outcome = h("div", { class: "reading-outcome", "aria-live": "polite", "aria-busy": "false" });
  const heading = h("h2", { id: "reading-title", tabindex: "-1" });
  dialog.setAttribute("aria-labelledby", "reading-title");
  dialog.replaceChildren(
    h("form", { method: "dialog", class: "dialog-head" }, heading,
      h("button", { class: "button button-second", value: "close" }, say("draw.close"))),
    asking,
    outcome,
  );
  let what = {};
  let answers = {};
  let turn = 0;

  function open(title) {
    heading.textContent = title;
    outcome.replaceChildren();
    if (!dialog.open) dialog.showModal();
  }

  /** Read something anew; questions of the former text do not count for this one. */
  function start(next, known = {}) {
    what = next;
    answers = known;
    return ask();
  }

  async function ask() {
    turn += 1;
    const mine = turn;
    outcome.setAttribute("aria-busy", "true");
    outcome.replaceChildren(h("p", { class: "busy" }, say("draw.reading")));
    try {
      const { readings } = await read(readingRequest(what, answers));
      if (mine === turn) show(readings, 0);
    } catch (error) {
      if (mine === turn) outcome.replaceChildren(h("div", { class: "notice notice-bad" }, h("p", {}, error.message)));
    }
    outcome.setAttribute("aria-busy", "false");
  }

  function show(readings, chosen) {
    const reading = readings[chosen];
    if (!reading) {
      outcome.replaceChildren(h("div", { class: "notice notice-bad" }, h("p", {}, say("draw.reading-nothing"))));
      return;
    }
    const parts = [
      readings.length > 1 ? choice(readings, chosen, (index) => show(readings, index)) : null,
      ...reading.questions.map((question, index) => questionForm(question, index, answer)),
      summary(reading),
      generalNotes(reading),
      cornersTable(reading),
      isUsable(reading) ? useButtons(reading) : null,
    ];
    outcome.replaceChildren(...parts.filter(Boolean));
    outcome.querySelector("input[type=radio], .reading-use")?.focus();
  }

  function answer(question, value) {
    answers = { ...answers, [argumentOf(question)]: value };
    ask();
  }

  function choice(readings, chosen, pick) {
    const options = readings.map((reading, index) =>
      radio("reading-feature", String(index), reading.name || say("draw.feature-number", { number: index + 1 }),
        say("draw.corner-count", { count: reading.rings.reduce((sum, ring) => sum + ring.corners.length, 0) }),
        index === chosen, () => pick(index)));
    return h("fieldset", { class: "question" }, h("legend", {}, say("draw.choose-feature", { count: readings.length })), ...options);
  }

  function questionForm(question, index, reply) {
    let value = null;
    const options = question.options.map((option) =>
      radio(`question-${index}`, option.value, labelOf(option), option.reason, false, () => {
        value = option.value;
        confirm.disabled = false;
      }));
    const confirm = h("button", { type: "button", class: "button", disabled: true, onclick: () => reply(question, value) }, say("draw.answer"));
    return h("fieldset", { class: "question" }, h("legend", {}, question.message), ...options, confirm);
  }

  /** Systems are named as everywhere on the page. */
  const system = (code) => systems.find((each) => each.code === code);
  const labelOf = ({ value, label }) => system(value)?.label ?? label;

  function summary(reading) {
    const { drawn, published, difference } = comparePublished(reading, editor.legalCrs);
    const isFar = difference !== null && Math.abs(difference) > 0.005;
    return h("dl", { class: "facts" },
      reading.name ? fact(say("draw.reading-name"), reading.name) : null,
      fact(say("draw.system"), reading.crs_label ?? reading.crs ?? say("draw.unknown-crs")),
      drawn === null ? null : fact(say("draw.area"), `${write(round(drawn))} ha`),
      published ? fact(say("draw.published-area"), `${write(published)} ha`) : null,
      difference === null ? null : fact(say("draw.difference"),
        `${write(round(difference * 100))} %${isFar ? ` – ${say("draw.difference-far")}` : ""}`));
  }

  function generalNotes(reading) {
    const labels = new Set(reading.rings.flatMap((ring) => ring.corners.map(({ label }) => label)));
    const notes = reading.notes.filter(({ corner }) => !corner || !labels.has(corner));
    return notes.length ? h("ul", { class: "notes" }, ...notes.map((note) => noteItem(note, "li"))) : null;
  }

  function noteItem({ kind, message }, name = "p") {
    return h(name, { class: `note note-${kind}` }, h("strong", {}, say(`draw.note-${kind}`)), ` ${message}`);
  }

  function cornersTable(reading) {
    const notes = notesByCorner(reading);
    const rows = reading.rings.flatMap((ring, r) => [
      reading.rings.length > 1
        ? h("tr", {}, h("th", { colspan: "3", scope: "rowgroup" }, say(ring.is_exclusion ? "draw.exclusion" : "draw.surface", { number: r + 1 })))
        : null,
      ...ring.corners.flatMap((corner) => cornerRows(corner, notes.get(corner.label) ?? [])),
    ]);
    if (!rows.length) return null;
    const heads = ["column-corner", "reading-as-written", "reading-as-understood"];
    return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": say("draw.reading-corners") },
      h("table", { class: "reading-corners" }, h("caption", { class: "hidden" }, say("draw.reading-corners")),
        h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, say(`draw.${name}`))))),
        h("tbody", {}, ...rows.filter(Boolean))));
  }

  /** A corner, and below it what was repaired or is doubtful. */
  function cornerRows(corner, notes) {
    const worst = notes.some(({ kind }) => kind === "doubt") ? "doubt" : notes.some(({ kind }) => kind === "repair") ? "repair" : "";
    const row = h("tr", { class: `read-corner ${worst && `read-${worst}`}` },
      h("th", { scope: "row" }, corner.label || "–"),
      h("td", { class: "as-written" }, corner.text),
      h("td", {}, understood(corner)));
    const remarks = h("td", { colspan: "3" }, ...notes.map((note) => noteItem(note)));
    return notes.length ? [row, h("tr", { class: worst && `read-${worst}` }, remarks)] : [row];
  }

  function understood({ lon, lat }) {
    if (lon === null) return say("draw.waiting-answer");
    const now = editor.get().view;
    const view = { style: now.style === "utm" ? "utm" : "dms", crs: now.style === "utm" ? now.crs : "EPSG:4326" };
    const printed = printPlace(lon, lat, view, editor.language) ?? printPlace(lon, lat, { style: "dms", crs: "EPSG:4326" }, editor.language);
    return printed.join("  ");
  }

  function useButtons(reading) {
    const take = (change) => () => {
      change(fromReading(reading, what.text ?? null, answers));
      dialog.close();
      onUsed();
    };
    const hasDrawing = editor.perimeter().rings.some((ring) => ring.corners.length);
    return h("div", { class: "buttons" },
      h("button", { type: "button", class: "button reading-use", onclick: take((read) => editor.use(read, system(reading.crs)?.projected)) },
        say(hasDrawing ? "draw.use-instead" : "draw.use")),
      hasDrawing ? h("button", { type: "button", class: "button button-second", onclick: take((read) => editor.useAsExclusion(read)) }, say("draw.use-as-exclusion")) : null);
  }

  return {
    /** Open for pasting; a block already pasted is read at once. */
    paste(text = "", known = {}) {
      asking.hidden = false;
      open(say("draw.paste-title"));
      area.value = text;
      if (text) start({ text }, known);
      else area.focus();
    },
    /** Open on a file. */
    file(file) {
      asking.hidden = true;
      open(say("draw.file-title", { name: file.name }));
      heading.focus();
      start({ file });
    },
  };
}

const round = (value) => Math.round(value * 100) / 100;
const fact = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));

function radio(name, value, label, reason, checked, onpick) {
  return h("label", { class: "option" },
    h("input", { type: "radio", name, value, checked, onchange: onpick }),
    h("span", {}, h("span", { class: "option-label" }, label || value), reason ? h("span", { class: "hint" }, ` ${reason}`) : null));
}
