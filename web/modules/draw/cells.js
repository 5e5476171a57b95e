/**
 * Show corners in the style and system a person chose, and read what they type in it.
 *
 * WGS 84 and its UTM zones are worked out here at once; other datums, and whatever is not
 * written plainly, are asked of the server, which is the authority.
 */

import { parseAngle, plainNumber, printAngle } from "./angles.js";
import { parseMgrs, printMgrs } from "./mgrs.js";
import { fromUtm, toUtm, utmZone, zoneFor } from "./utm.js";

export const STYLES = ["dms", "dm", "dd", "utm", "mgrs"];
const WGS84 = "EPSG:4326";

/** Tell whether a style writes angles rather than metres. */
export const isAngular = (style) => style === "dms" || style === "dm" || style === "dd";

/** Tell whether this page can place corners of a system without the server. */
export const isLocal = (style, crs) =>
  style === "mgrs" ? crs === WGS84 : isAngular(style) ? crs === WGS84 : utmZone(crs) !== null;

/** Write metres with thin groups of three, to the centimetre: `251 300` or `251 300,25`. */
export function printMetres(value, language) {
  const [whole, rest] = plainNumber(value, 2, language).split(/[.,]/);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return rest ? `${grouped}${language === "fr" ? "," : "."}${rest}` : grouped;
}

/**
 * Print a place; null when only the server can.
 *
 * @returns {[string, string]|null} x then y; MGRS stands in x alone
 */
export function printPlace(lon, lat, { style, crs }, language) {
  if (!isLocal(style, crs)) return null;
  if (style === "mgrs") return [printMgrs(lon, lat), ""];
  if (style === "utm") {
    return toUtm(lon, lat, utmZone(crs)).map((metres) => printMetres(metres, language));
  }
  return [printAngle(lon, "x", style, language), printAngle(lat, "y", style, language)];
}

/**
 * Say what the cells of a corner show: the text as typed where it holds, else its place, printed.
 *
 * @param {Map<string, [string, string]>} asked what the server printed, by {@link placeKey}
 * @returns {[string, string]}
 */
export function cellTexts(corner, view, language, asked = new Map()) {
  const { typed, lon, lat } = corner;
  const isCurrent = typed && typed.style === view.style && typed.crs === view.crs;
  if (typed && (isCurrent || lon === null)) return [typed.x, typed.y];
  if (lon === null || lat === null) return ["", ""];
  return (
    printPlace(lon, lat, view, language) ?? asked.get(placeKey(lon, lat, view)) ?? ["…", "…"]
  );
}

/** Give the view in which corners show: on WGS 84 while no system is chosen. */
export function shownView(view, legalCrs) {
  if (view.crs) return view;
  return { ...view, crs: view.style === "utm" ? legalCrs : WGS84 };
}

/** Name a printed place in the memory of what the server printed. */
export const placeKey = (lon, lat, { style, crs }) => `${lon} ${lat} ${style} ${crs}`;

function parseMetres(text) {
  const clean = text.replace(/[\s\u00a0\u202f]/g, "");
  return /^\d{5,8}([.,]\d{1,4})?$/.test(clean) ? Number(clean.replace(",", ".")) : null;
}

/**
 * Read typed cells that are plainly written; null for anything the server should judge.
 *
 * A cell that still shows the printed place keeps that place exactly, so that correcting one
 * coordinate never rounds the other.
 *
 * @returns {[number, number]|null} degrees on WGS 84, longitude first
 */
export function parsePlace({ x, y, style, crs }, corner, language) {
  if (!isLocal(style, crs)) return null;
  if (style === "mgrs") return parseMgrs(x);
  const printed =
    corner.lon === null ? null : printPlace(corner.lon, corner.lat, { style, crs }, language);
  const zone = style === "utm" ? utmZone(crs) : null;
  const exact = printed && (zone ? toUtm(corner.lon, corner.lat, zone) : [corner.lon, corner.lat]);
  const parse = (text, axis) =>
    zone ? parseMetres(text) : parseAngle(text, axis, style, language);
  const [px, py] = [x, y].map((text, index) =>
    printed && printed[index] === text ? exact[index] : parse(text, index ? "y" : "x"),
  );
  if (px === null || py === null) return null;
  return zone ? fromUtm(px, py, zone) : [px, py];
}

/**
 * Make style and system agree after one of them changed: metres need a projected system, angles
 * one of angles. Both stay visible, and what a person chose last decides.
 *
 * @param {{code: string, projected: boolean, base?: string}[]} options systems of the ruleset
 * @param {string} legal the system of the law, proposed for metres
 */
export function agree(view, changed, options, legal) {
  const system = options.find((option) => option.code === view.crs);
  if (!system) return view;
  if (view.style === "mgrs") return changed === "crs" ? withStyle(view, system) : mgrsView(view);
  if (system.projected === (view.style === "utm")) return view;
  return changed === "crs" ? withStyle(view, system) : { ...view, crs: sibling(system, options, legal) };
}

const mgrsView = (view) => ({ ...view, crs: WGS84 });

function withStyle(view, system) {
  if (system.projected) return { ...view, style: "utm" };
  return { ...view, style: isAngular(view.style) ? view.style : "dms" };
}

function sibling(system, options, legal) {
  if (system.base) return system.base;
  if (system.projected) return WGS84;
  return options.some((option) => option.code === legal) ? legal : zoneFor(0, 0);
}
