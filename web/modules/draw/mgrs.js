/** Write and read MGRS references on WGS 84 (NGA.SIG.0012: the lettering of current datums). */

import { fromUtm, toUtm, zoneFor, utmZone } from "./utm.js";

const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["ABCDEFGH", "JKLMNPQR", "STUVWXYZ"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";
const HUNDRED_KM = 100000;
const REFERENCE = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d*)$/;

const bandOf = (lat) => BANDS[Math.min(Math.floor((lat + 80) / 8), 19)];
const rowOffset = (zone) => (zone % 2 === 0 ? 5 : 0);

/**
 * Write a place as an MGRS reference to the metre.
 *
 * @param {number} lon degrees @param {number} lat degrees
 * @returns {string} for example `31P BK 51300 10800`
 */
export function printMgrs(lon, lat) {
  const utm = utmZone(zoneFor(lon, lat));
  const [east, north] = toUtm(lon, lat, utm).map((metres) => Math.floor(metres + 1e-6));
  const column = COLUMNS[(utm.zone - 1) % 3][Math.floor(east / HUNDRED_KM) - 1];
  const row = ROWS[(Math.floor(north / HUNDRED_KM) + rowOffset(utm.zone)) % 20];
  const digits = (metres) => String(metres % HUNDRED_KM).padStart(5, "0");
  return `${utm.zone}${bandOf(lat)} ${column}${row} ${digits(east)} ${digits(north)}`;
}

/**
 * Read an MGRS reference of at least ten metres' precision; null when it is not one.
 *
 * @param {string} text
 * @returns {[number, number]|null} degrees, longitude first
 */
export function parseMgrs(text) {
  const found = REFERENCE.exec(text.toUpperCase().replace(/[\s\u00a0\u202f]/g, ""));
  if (!found || found[5].length % 2 || found[5].length < 8 || found[5].length > 10) return null;
  const [, zoneText, band, column, row, digits] = found;
  const zone = Number(zoneText);
  const columnAt = COLUMNS[(zone - 1) % 3]?.indexOf(column) ?? -1;
  if (zone < 1 || zone > 60 || columnAt < 0) return null;
  const half = digits.length / 2;
  const metres = (part) => Number(part) * 10 ** (5 - half);
  const east = (columnAt + 1) * HUNDRED_KM + metres(digits.slice(0, half));
  const rowNorth = ((ROWS.indexOf(row) - rowOffset(zone) + 20) % 20) * HUNDRED_KM;
  return inBand({ zone, south: band < "N" }, band, east, rowNorth + metres(digits.slice(half)));
}

/** Choose the repetition of the row letter (every 2,000 km) that falls in the band. */
function inBand(utm, band, east, north) {
  for (let turn = 0; turn < 5; turn += 1) {
    const place = fromUtm(east, north + turn * 20 * HUNDRED_KM, utm);
    if (bandOf(place[1]) === band) return place;
  }
  return null;
}
