/** Put new figures where they stand in the page; what changed is marked for a moment. */
import { fill, h } from "../dom.js";

const SVG = "http://www.w3.org/2000/svg";
const CODES = ["dossiers.open", "dossiers.office", "dossiers.overdue", "dossiers.near"];
const PLACES = { filing: "/applications/", grant: "/titles/", opening: "/openings/" };
const SHOWN_MOVES = 10;
const MARKED_MS = 4000;

/**
 * Make the function that shows what changed of a room.
 * @param {{names: Record<string, Record<string, string>>, list: string}} told
 * @param {(code: string, values?: Record<string, unknown>) => string} say
 * @param {string} language
 */
export function painter(told, say, language) {
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  /** @param {number} value */
  const short = (value) => (Math.abs(value) < 10_000 ? String(value) : compact.format(value));

  return (/** @type {any} */ room) => {
    for (const [code, value] of Object.entries(room.figures ?? {})) paintFigure(code, value, short);
    if (room.figures) paintAlerts();
    for (const [by, rows] of Object.entries(room.tables ?? {})) paintTable(by, rows, told, say);
    if (room.moves) paintMoves(room.moves, say);
  };
}

/** @param {string} code @param {any[]} value @param {(value: number) => string} short */
function paintFigure(code, [count, amount, first], short) {
  write(`[data-figure="${code}"]`, short(count));
  if (amount !== undefined) write(`[data-amount="${code}"]`, short(amount ?? 0));
  if (first) write(`[data-first="${code}"]`, first.join(", "));
  for (const tile of document.querySelectorAll(`[data-tile="${code}"]`)) tile.toggleAttribute("data-none", !count);
  for (const alert of document.querySelectorAll(`[data-alert="${code}"]`)) alert.toggleAttribute("hidden", !count);
}

function paintAlerts() {
  const quiet = document.getElementById("quiet");
  if (quiet) quiet.hidden = document.querySelector("[data-alert]:not([hidden])") !== null;
}

/** @param {string} places @param {string} words */
function write(places, words) {
  for (const element of document.querySelectorAll(places)) {
    if (plain(element.textContent ?? "") === plain(words)) continue;
    element.textContent = words;
    element.classList.add("moved");
    setTimeout(() => element.classList.remove("moved"), MARKED_MS);
  }
}

/** Spaces of a number differ from one writer to another; its digits do not. @param {string} words */
function plain(words) {
  return words.replace(/\s/g, " ").trim();
}

/** @param {string} by @param {any} rows @param {any} told @param {(code: string) => string} say */
function paintTable(by, rows, told, say) {
  const body = document.querySelector(`[data-table="${by}"] tbody`);
  if (!body) return;
  const most = by === "service" ? rows.length : 5;
  if (!rows.length) return fill(body, h("tr", {}, h("td", { colspan: "5", class: "none" }, say("supervision.no-dossiers"))));
  fill(body, ...rows.slice(0, most).map((/** @type {any[]} */ row) => h("tr", {},
    h("th", { scope: "row" }, told.names[by][row[0]] ?? row[0]),
    ...CODES.map((code, place) => h("td", { class: row[place + 1] && [null, null, "late", "near"][place] },
      row[place + 1]
        ? h("a", { href: `${told.list}${code}?${by}=${encodeURIComponent(row[0])}` }, String(row[place + 1]))
        : "0")))));
}

/** @param {any[][]} moves @param {(code: string) => string} say */
function paintMoves(moves, say) {
  const points = document.getElementById("points");
  const list = document.getElementById("moves");
  if (points) {
    fill(points, ...moves.map(([kind, number, , lon, lat]) => {
      const point = document.createElementNS(SVG, "circle");
      for (const [name, value] of Object.entries({ class: `move-${kind}`, cx: lon, cy: -lat, r: 0.05 })) {
        point.setAttribute(name, String(value));
      }
      const title = document.createElementNS(SVG, "title");
      title.textContent = number;
      point.append(title);
      return point;
    }));
  }
  if (list) {
    fill(list, ...moves.slice(0, SHOWN_MOVES).map(([kind, number]) => h("li", { class: `move-${kind}` },
      h("a", { href: PLACES[/** @type {"filing"} */ (kind)] + number }, number), " ", h("span", {}, say(`supervision.move-${kind}`)))));
  }
}
